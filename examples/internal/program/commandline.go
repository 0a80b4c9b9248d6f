package program

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// Parse parses the command line of a program that takes flags only, and returns
// which of them were given. The error is flag.ErrHelp when the user asked for
// help, which is printed then; any other error is one line for the user.
func Parse(flags *flag.FlagSet, args []string, stderr io.Writer) (given map[string]bool, err error) {
	flags.SetOutput(io.Discard)
	err = flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stderr, "usage: %s [flags]\n", flags.Name())
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w; see -help", err)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: there are flags only; see -help", flags.Arg(0))
	}
	given = make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return given, nil
}

// Warn tells the user of an error in one line, in the name of the program.
func Warn(stderr io.Writer, name string, err error) {
	fmt.Fprintf(stderr, "%s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; "))
}
