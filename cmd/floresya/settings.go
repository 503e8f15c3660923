package main

import (
	"log/slog"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"floresya/internal/config"
)

// addSettings gives a command the flags of the settings that it has: all of up's or serve's, or those named.
func addSettings(cmd *cobra.Command, command string, names ...string) {
	flags := cmd.Flags()
	flags.SortFlags = false
	for _, s := range config.Settings() {
		if !s.Flag || (command != "" && s.Command != "" && s.Command != command) {
			continue
		}
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		usage := s.Effect
		if s.Range != "" {
			usage += " (" + s.Range + ")"
		}
		flags.String(s.Name, s.Default, usage)
		if s.Switch {
			flags.Lookup(s.Name).NoOptDefVal = "true"
		}
	}
	flags.String("config", "", "file with settings, lines NAME=value with the names of the variables")
}

// load reads the settings of a command.
func load(cmd *cobra.Command, command string) (config.Config, *slog.Logger, error) {
	given := map[string]string{}
	file := ""
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "config" {
			file = f.Value.String()
		} else {
			given[f.Name] = f.Value.String()
		}
	})
	c, err := config.Load(config.Sources{Command: command, Flags: given, File: file})
	if err != nil {
		return config.Config{}, nil, err
	}
	return c, newLog(c.Log), nil
}

func newLog(c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == config.LogJSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
