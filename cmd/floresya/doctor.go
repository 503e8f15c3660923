package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"floresya/internal/app"
)

func doctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is missing or wrong on this machine and how to mend it",
		Long: "Say what is missing or wrong on this machine and how to mend it; changes nothing. With --database-url it looks\n" +
			"at what `serve` needs, else at what `up` needs. Exit code 1 when something is wrong.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			c, _, err := load(cmd, "")
			if err != nil {
				fmt.Fprintf(out, "wrong  settings: %v\n       to mend: see docs/configuration.md\n", err)
				return errWrong
			}
			wrong := false
			for _, check := range app.Doctor(cmd.Context(), c, c.Database.URL.Empty()) {
				if check.Wrong == nil {
					fmt.Fprintf(out, "ok     %s: %s\n", check.Name, check.Found)
					continue
				}
				wrong = true
				fmt.Fprintf(out, "wrong  %s: %v\n       to mend: %s\n", check.Name, check.Wrong, check.Mend)
			}
			if wrong {
				return errWrong
			}
			return nil
		},
	}
	addSettings(cmd, "")
	return cmd
}
