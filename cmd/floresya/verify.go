package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"floresya/internal/app"
)

func verify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Prove that the tables follow from the event log and that the invariants hold",
		Long: "Rebuild the tables from the event log in scratch tables, compare every column with the live ones in one\n" +
			"read-only snapshot, and check the invariants; on a running shop or a stopped one. Exit code 1 when something\n" +
			"differs.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, log, err := load(cmd, "")
			if err != nil {
				return err
			}
			report, err := app.Verify(cmd.Context(), c, log)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, d := range report.Differences {
				fmt.Fprintln(out, "differs", d)
			}
			if report.Cut {
				fmt.Fprintln(out, "… and more")
			}
			fmt.Fprintf(out, "%d events, %d rows of %d tables, %d invariants, %d differences, %v\n", report.Events, report.Rows,
				report.Tables, report.Invariants, len(report.Differences), report.Took.Round(time.Millisecond))
			if len(report.Differences) > 0 {
				return errWrong
			}
			return nil
		},
	}
	addSettings(cmd, "", "data", "database-url", "log-level", "log-format")
	return cmd
}

func forget() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "forget PERSON",
		Short: "Erase the personal data of a person, named by e-mail address or id",
		Long: "Erase everything personal that is kept of a person: names, addresses, telephone numbers, card texts, payers' data\n" +
			"and sign-ins. Orders and amounts stay, without a name; the event log still verifies.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, log, err := load(cmd, "")
			if err != nil {
				return err
			}
			erased, err := app.Forget(cmd.Context(), c, log, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "erased %d records\n", erased)
			return nil
		},
	}
	addSettings(cmd, "", "data", "database-url", "log-level", "log-format")
	return cmd
}
