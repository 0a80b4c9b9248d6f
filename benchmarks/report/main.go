// Report measures what package instrument costs, beside its rivals and the
// project's goals, and prints the table.
//
//	go run ./benchmarks/report [-json | -markdown] [-rounds n] [-rows regexp]
//	go run ./benchmarks/report [-json | -markdown] -from report.json
//	go run ./benchmarks/report -compare before.json [-from report.json]
//
// It exits with 0 when it has measured, whether or not the goals are met, and
// when it is interrupted; with 2 for wrong usage and 1 when it cannot measure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "report:", err)
		return 2
	}
	rep, err := c.report(ctx)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "report: interrupted before everything was measured")
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "report:", err)
		return 1
	}
	if err := c.write(rep, stdout); err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 1
	}
	return 0
}
