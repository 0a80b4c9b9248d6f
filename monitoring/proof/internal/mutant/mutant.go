// Package mutant makes expressions with one thing wrong in each, which whoever checks the
// expression has to notice.
package mutant

import (
	"fmt"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// A Mutant is an expression with one thing wrong in it.
type Mutant struct{ What, Expr string }

// A Change offers what can be changed in a node: the kind of the change, and a function
// that makes it and says where.
type Change func(n parser.Node, try func(kind string, do func() string))

// Of returns all mutants of an expression. It is parsed for each, and changed.
func Of(expr string, changes ...Change) (all []Mutant, err error) {
	for i := 0; ; i++ {
		e, err := prometheus.Parser().ParseExpr(expr)
		if err != nil {
			return nil, err
		}
		what := change(e, i, changes)
		if what == "" {
			return all, nil
		}
		changed := e.String()
		if _, err := prometheus.Parser().ParseExpr(changed); err != nil {
			return nil, fmt.Errorf("%s makes %s: %w", what, changed, err)
		}
		all = append(all, Mutant{what, changed})
	}
}

// change makes the i-th change of an expression, and says which; nothing if there are not
// so many.
func change(e parser.Expr, i int, changes []Change) (what string) {
	try := func(kind string, do func() string) {
		if i == 0 && what == "" {
			what = kind + " " + do()
		}
		i--
	}
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		if n != nil {
			for _, c := range changes {
				c(n, try)
			}
		}
		return nil
	})
	return what
}

// brief is an expression in a line.
func brief(s string) string { return strings.Join(strings.Fields(s), " ") }
