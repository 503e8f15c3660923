package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"floresya/internal/app"
	"floresya/internal/postgres/schema"
)

func migrate() *cobra.Command {
	cmd := &cobra.Command{Use: "migrate", Short: "Change the database schema, or say where it stands"}
	cmd.AddCommand(
		onDatabase("up", "Bring the schema to the version of this program", func(ctx context.Context, cmd *cobra.Command, url string) error {
			return errors.Join(schema.Up(ctx, url), status(ctx, cmd, url))
		}),
		down(),
		onDatabase("status", "Say where the schema stands", status),
	)
	return cmd
}

// down asks twice before the first migration: its way back drops every table.
func down() *cobra.Command {
	const everything = "erase-everything"
	cmd := onDatabase("down", "Take the newest migration back", func(ctx context.Context, cmd *cobra.Command, url string) error {
		state, err := schema.Status(ctx, url)
		if err != nil {
			return err
		}
		if meant, err := cmd.Flags().GetBool(everything); err != nil || state.Version == 1 && !meant {
			return errors.Join(err, fmt.Errorf("the step down from version 1 drops all tables with everything in them: say --%s if that is meant", everything))
		}
		return errors.Join(schema.Down(ctx, url), status(ctx, cmd, url))
	})
	cmd.Flags().Bool(everything, false, "also take the first migration back, and with it all data")
	return cmd
}

func status(ctx context.Context, cmd *cobra.Command, url string) error {
	state, err := schema.Status(ctx, url)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "schema version %d, this program has %d\n", state.Version, state.Latest)
	for _, p := range state.Pending {
		fmt.Fprintf(cmd.OutOrStdout(), "pending %s\n", p.Name)
	}
	return nil
}

// onDatabase is a command that works on the database of --database-url, else on that of the data folder, which is
// started for it when the shop does not run.
func onDatabase(use, short string, do func(context.Context, *cobra.Command, string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, log, err := load(cmd, "")
			if err != nil {
				return err
			}
			return app.WithDatabase(cmd.Context(), c, log, func(ctx context.Context, url string) error {
				return do(ctx, cmd, url)
			})
		},
	}
	addSettings(cmd, "", "data", "database-url", "log-level", "log-format")
	return cmd
}
