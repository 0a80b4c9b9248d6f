package alerts_test

import (
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
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

// A mutant is an expression with one thing wrong in it.
type mutant struct{ what, expr string }

// mutants are all of an expression. It is parsed for each, and changed.
func mutants(expr string) (all []mutant, err error) {
	for i := 0; ; i++ {
		e, err := parse(expr)
		if err != nil {
			return nil, err
		}
		what := change(e, i)
		if what == "" {
			return all, nil
		}
		changed := e.String()
		if _, err := parse(changed); err != nil {
			return nil, fmt.Errorf("%s makes %s: %w", what, changed, err)
		}
		all = append(all, mutant{what, changed})
	}
}

// change makes the i-th change of an expression, and says which; nothing if there are not
// so many.
func change(e parser.Expr, i int) (what string) {
	try := func(kind string, do func() string) {
		if i == 0 && what == "" {
			what = kind + " " + do()
		}
		i--
	}
	walk(e, func(n parser.Node) {
		switch n := n.(type) {
		case *parser.VectorSelector:
			changeSelector(n, try)
		case *parser.BinaryExpr:
			changeOperator(n, try)
		}
	})
	return what
}

func changeSelector(s *parser.VectorSelector, try func(string, func() string)) {
	before := s.String()
	if s.Name != "" {
		try("name", func() string {
			s.Name += "_mutant"
			for i, m := range s.LabelMatchers {
				if m.Name == model.MetricNameLabel {
					s.LabelMatchers[i] = labels.MustNewMatcher(m.Type, m.Name, s.Name)
				}
			}
			return before
		})
	}
	for i, m := range s.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			continue
		}
		try("drop", func() string {
			s.LabelMatchers = append(append([]*labels.Matcher(nil), s.LabelMatchers[:i]...), s.LabelMatchers[i+1:]...)
			return m.String() + " of " + before
		})
		try("invert", func() string {
			inverse, err := m.Inverse()
			if err != nil {
				return err.Error()
			}
			s.LabelMatchers[i] = inverse
			return m.String() + " of " + before
		})
		try("value", func() string {
			s.LabelMatchers[i] = labels.MustNewMatcher(m.Type, m.Name, "mutant")
			return m.String() + " of " + before
		})
	}
}

var opposite = map[parser.ItemType]parser.ItemType{
	parser.GTR: parser.LSS, parser.LSS: parser.GTR, parser.GTE: parser.LTE, parser.LTE: parser.GTE,
	parser.EQLC: parser.NEQ, parser.NEQ: parser.EQLC, parser.LAND: parser.LUNLESS, parser.LUNLESS: parser.LAND, parser.LOR: parser.LAND,
}

func changeOperator(b *parser.BinaryExpr, try func(string, func() string)) {
	where := brief(b.String())
	if to, ok := opposite[b.Op]; ok {
		try("operator", func() string {
			b.Op = to
			if b.VectorMatching != nil && (to == parser.LAND || to == parser.LUNLESS) {
				b.VectorMatching.Card = parser.CardManyToMany
			}
			return where
		})
	}
	if n, ok := b.RHS.(*parser.NumberLiteral); ok && b.Op.IsComparisonOperator() {
		for _, to := range []float64{n.Val*1e4 + 1e4, -1} {
			try(fmt.Sprintf("threshold %v", to), func() string { n.Val = to; return where })
		}
	}
}

// brief is an expression in a line.
func brief(s string) string { return strings.Join(strings.Fields(s), " ") }
