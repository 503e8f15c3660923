package main

import (
	"github.com/spf13/cobra"

	"floresya/internal/app"
)

func up() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the shop with a PostgreSQL of its own",
		Long: "Run the shop with a PostgreSQL of its own in the data folder. Writes the line `ready URL` to stdout when it\n" +
			"can serve; SIGTERM and SIGINT stop it after the requests that it has accepted.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, log, err := load(cmd, "up")
			if err != nil {
				return err
			}
			return app.Up(cmd.Context(), c, cmd.OutOrStdout(), log)
		},
	}
	addSettings(cmd, "up")
	return cmd
}

func serve() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the shop on an existing PostgreSQL",
		Long: "Run one process of the shop on an existing PostgreSQL, whose schema must be that of this program\n" +
			"(`floresya migrate up`). Writes the line `ready URL` to stdout when it can serve.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, log, err := load(cmd, "serve")
			if err != nil {
				return err
			}
			return app.Serve(cmd.Context(), c, cmd.OutOrStdout(), log)
		},
	}
	addSettings(cmd, "serve")
	return cmd
}
