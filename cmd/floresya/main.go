// Command floresya is a florist's online shop: storefront, back office, HTTP API and console in one program.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // the clock is America/Caracas, also on machines without time zones

	"github.com/spf13/cobra"
)

// errWrong ends a command with exit code 1 after it has said itself what is wrong.
var errWrong = errors.New("wrong")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the program at once
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		if !errors.Is(err, errWrong) {
			fmt.Fprintln(os.Stderr, "floresya:", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		os.Exit(1)
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "floresya",
		Short: "A florist's online shop in one program",
		Long: "A florist's online shop in one program: storefront, back office, HTTP API and console.\n" +
			"All settings are in docs/configuration.md; each flag has a variable FLORESYA_….",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.CompletionOptions.HiddenDefaultCmd = true
	cmd.AddCommand(up(), serve(), migrate(), verify(), forget(), doctor(), version())
	return cmd
}
