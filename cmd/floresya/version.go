package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"floresya/internal/postgres/schema"
)

// release is set by the linker (-X main.release=…); without it the version control stamp of the build is shown.
var release string

func version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit and toolchain",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintln(cmd.OutOrStdout(), "floresya", versionText())
		},
	}
}

func versionText() string {
	text, goVersion := release, "unknown Go"
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
		stamp := map[string]string{}
		for _, s := range info.Settings {
			stamp[s.Key] = s.Value
		}
		if text == "" {
			text = stamp["vcs.revision"]
			if stamp["vcs.modified"] == "true" {
				text += " modified"
			}
		}
	}
	if text == "" {
		text = "development build"
	}
	return fmt.Sprintf("%s (%s, schema %d)", text, goVersion, schema.Latest())
}
