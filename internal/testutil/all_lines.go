package testutil

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// lines runs the tests of a package.
type lines struct {
	m         interface{ Run() int }
	source    string
	elsewhere []catalog.Message
}

// AllLines returns m with one more test: that every line which the catalogue has
// for the package was written by one of the others, but for those that are tested
// elsewhere.
func AllLines(m *testing.M, source string, elsewhere ...catalog.Message) interface{ Run() int } {
	return lines{m, source, elsewhere}
}

// Run implements what package goleak runs.
func (l lines) Run() int {
	code := l.m.Run()
	noted.Range(func(fault, _ any) bool {
		fmt.Fprintln(os.Stderr, "FAIL:", fault)
		code = 1
		return true
	})
	if code != 0 || filtered() {
		return code
	}
	for _, line := range catalog.Lines() {
		if !slices.Contains(line.Sources, l.source) || slices.Contains(l.elsewhere, line.Message) {
			continue
		}
		if _, ok := seen.Load(line.Message); !ok {
			fmt.Fprintf(os.Stderr, "FAIL: the catalogue has the line %q for %s, and no test has seen it\n", line.Message, l.source)
			code = 1
		}
	}
	return code
}

// filtered reports whether some tests are left out.
func filtered() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.bench", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return testing.Short()
}
