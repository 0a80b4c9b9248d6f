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

// Of returns all mutants of an expression, each with one change in one place.
func Of(expr string, changes ...Change) (all []Mutant, err error) {
	for i := 0; ; i++ {
		e, err := prometheus.Parser().ParseExpr(expr)
		if err != nil {
			return nil, err
		}
		what, _, _ := change(e, i, changes)
		if what == "" {
			return all, nil
		}
		if all, err = add(all, what, e.String()); err != nil {
			return nil, err
		}
	}
}

// Everywhere returns mutants with a change wherever the same stands: whoever generates
// expressions writes a part once.
func Everywhere(expr string, changes ...Change) (all []Mutant, err error) {
	seen := make(map[string]bool)
	for i := 0; ; i++ {
		e, err := prometheus.Parser().ParseExpr(expr)
		if err != nil {
			return nil, err
		}
		whole := e.String()
		what, before, after := change(e, i, changes)
		if what == "" {
			return all, nil
		}
		key := what + before + after
		if seen[key] {
			continue
		}
		seen[key] = true
		if all, err = add(all, what, replaceAll(whole, before, after)); err != nil {
			return nil, err
		}
	}
}

func add(all []Mutant, what, changed string) ([]Mutant, error) {
	if _, err := prometheus.Parser().ParseExpr(changed); err != nil {
		return nil, fmt.Errorf("%s makes %s: %w", what, changed, err)
	}
	return append(all, Mutant{what, changed}), nil
}

// change makes the i-th change of an expression, and says which, and what the node was
// before and after it; nothing if there are not so many.
func change(e parser.Expr, i int, changes []Change) (what, before, after string) {
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		if n == nil {
			return nil
		}
		try := func(kind string, do func() string) {
			if i == 0 && what == "" {
				before = n.String()
				what = kind + " " + do()
				after = n.String()
			}
			i--
		}
		for _, c := range changes {
			c(n, try)
		}
		return nil
	})
	return what, before, after
}

// replaceAll replaces a part wherever it is not a part of a name.
func replaceAll(whole, before, after string) string {
	var b strings.Builder
	for {
		at := strings.Index(whole, before)
		if at < 0 {
			return b.String() + whole
		}
		end := at + len(before)
		inName := at > 0 && strings.Contains(letters, whole[at-1:at]) && strings.Contains(letters, before[:1]) ||
			end < len(whole) && strings.ContainsAny(whole[end:end+1], letters+"{([") && strings.ContainsAny(before[len(before)-1:], letters)
		b.WriteString(whole[:at])
		if inName {
			b.WriteString(before)
		} else {
			b.WriteString(after)
		}
		whole = whole[end:]
	}
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:"

// brief is an expression in a line.
func brief(s string) string { return strings.Join(strings.Fields(s), " ") }
