package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
)

// defaultRounds take two or three minutes with every row, and longer on a
// machine that is busy with other things.
const defaultRounds = 300

// config is what the command line says.
type config struct {
	from   string // a file; empty for a measurement
	rounds int
	rows   []definition
	write  func(*report, io.Writer) error

	compare string // a file; empty for one report alone
}

// parse reads the command line. The error is flag.ErrHelp when the user asked
// for help, which is printed then; any other error is one line for the user.
func parse(args []string, stderr io.Writer) (config, error) {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	c := config{write: (*report).writeTable}
	asJSON := flags.Bool("json", false, "print JSON in place of the table")
	asMarkdown := flags.Bool("markdown", false, "print the table in Markdown")
	flags.IntVar(&c.rounds, "rounds", defaultRounds, "measure in this many `rounds`; more of them narrow the intervals")
	rows := flags.String("rows", "", "measure only the rows whose name matches this `regexp`")
	flags.StringVar(&c.from, "from", "", "measure nothing and print the report that -json wrote into this `file`")

	older := flags.String("compare", "", "print the report beside the one that -json wrote into this `file`")

	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "usage: report [flags]")
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		return c, err
	}
	if err != nil {
		return c, fmt.Errorf("%w; see -help", err)
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if c.rounds < 1 {
		return c, fmt.Errorf("-rounds is %d; there must be at least 1", c.rounds)
	}
	switch {
	case *older != "" && (*asJSON || *asMarkdown):
		return c, errors.New("-compare has a format of its own; leave out -json and -markdown")
	case *asJSON && *asMarkdown:
		return c, errors.New("-json and -markdown are two formats; choose one")
	case *asJSON:
		c.write = (*report).writeJSON
	case *asMarkdown:
		c.write = (*report).writeMarkdown
	}
	c.compare = *older
	pattern, err := regexp.Compile(*rows)
	if err != nil {
		return c, fmt.Errorf("-rows: %w", err)
	}
	c.rows = matching(pattern)
	if len(c.rows) == 0 {
		return c, fmt.Errorf("no row matches -rows %q", *rows)
	}
	if c.from != "" {
		flags.Visit(func(f *flag.Flag) {
			if f.Name == "rows" || f.Name == "rounds" {
				err = fmt.Errorf("-%s is for a measurement, and -from makes none", f.Name)
			}
		})
	}
	return c, err
}

// report measures, or reads what was measured before.
func (c *config) report(ctx context.Context) (*report, error) {
	if c.compare != "" {
		old, err := readReport(c.compare) // before minutes are spent on the other one
		if err != nil {
			return nil, err
		}
		c.write = against(old)
	}
	if c.from != "" {
		return readReport(c.from)
	}
	return newReport(ctx, c.rows, c.rounds)
}
