package alerts_test

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

func parse(expr string) (parser.Expr, error) { return prometheus.Parser().ParseExpr(expr) }

// walk calls f with each node of an expression.
func walk(e parser.Expr, f func(parser.Node)) {
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		if n != nil {
			f(n)
		}
		return nil
	})
}

// selectors are those of an expression, without windows.
func selectors(e parser.Expr) (all []string) {
	walk(e, func(n parser.Node) {
		if s, ok := n.(*parser.VectorSelector); ok {
			all = append(all, s.String())
		}
	})
	return all
}

// A part of an expression is a comparison, or series that are joined with others.
type part struct {
	node    parser.Node
	expr    string
	left    string // what is compared; empty for what is joined
	negated bool   // it is behind an unless
}

// parts are all of an expression.
func parts(e parser.Node) (all []part) {
	var visit func(parser.Node, bool)
	visit = func(n parser.Node, negated bool) {
		b, ok := n.(*parser.BinaryExpr)
		if !ok {
			for child := range parser.ChildrenIter(n) {
				visit(child, negated)
			}
			return
		}
		switch {
		case b.Op.IsComparisonOperator():
			all = append(all, part{b, b.String(), b.LHS.String(), negated})
		case b.Op.IsSetOperator():
			all = append(all, part{b, b.String(), "", negated})
		}
		visit(b.LHS, negated)
		visit(b.RHS, negated != (b.Op == parser.LUNLESS))
	}
	visit(e, false)
	return all
}

// brief is an expression in a line.
func brief(s string) string { return strings.Join(strings.Fields(s), " ") }
