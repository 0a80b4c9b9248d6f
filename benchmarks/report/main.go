// Report measures what package instrument costs, beside its rivals and the
// project's goals, and prints the table.
//
//	go run ./benchmarks/report [-json] [-rounds n] [-rows regexp]
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
	"regexp"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// defaultRounds take a minute or two with every row, and longer on a machine
// that is busy with other things.
const defaultRounds = 300

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print JSON in place of the table")
	rounds := flags.Int("rounds", defaultRounds, "measure in this many `rounds`; more of them narrow the intervals")
	rows := flags.String("rows", "", "measure only the rows whose name matches this `regexp`")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	selected, err := check(flags.Args(), *rounds, *rows)
	if err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 2
	}

	rep, err := newReport(ctx, selected, *rounds)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "report: interrupted before everything was measured")
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "report:", err)
		return 1
	}
	if *asJSON {
		err = rep.writeJSON(stdout)
	} else {
		err = rep.writeTable(stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 1
	}
	return 0
}

func check(args []string, rounds int, rows string) ([]definition, error) {
	if len(args) > 0 {
		return nil, fmt.Errorf("unexpected argument %q", args[0])
	}
	if rounds < 1 {
		return nil, fmt.Errorf("-rounds is %d; there must be at least 1", rounds)
	}
	pattern, err := regexp.Compile(rows)
	if err != nil {
		return nil, fmt.Errorf("-rows: %w", err)
	}
	selected := matching(pattern)
	if len(selected) == 0 {
		return nil, fmt.Errorf("no row matches -rows %q", rows)
	}
	return selected, nil
}
