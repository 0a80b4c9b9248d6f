package mutant

import (
	"math"

	"github.com/prometheus/prometheus/promql/parser"
)

// Numbers halves and doubles each number. Nought becomes one.
func Numbers(n parser.Node, try func(string, func() string)) {
	l, ok := n.(*parser.NumberLiteral)
	if !ok || math.IsInf(l.Val, 0) {
		return
	}
	before := l.String()
	for _, to := range away(l.Val) {
		try("number", func() string { l.Val = to; return before + " to " + l.String() })
	}
}

func away(f float64) []float64 {
	if f == 0 {
		return []float64{1}
	}
	return []float64{f / 2, f * 2}
}

// Windows halves and doubles each range.
func Windows(n parser.Node, try func(string, func() string)) {
	m, ok := n.(*parser.MatrixSelector)
	if !ok {
		return
	}
	before := brief(m.String())
	try("half of", func() string { m.Range /= 2; return before })
	try("twice", func() string { m.Range *= 2; return before })
}
