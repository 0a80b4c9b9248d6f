package mutant

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

var others = map[parser.ItemType]parser.ItemType{
	parser.SUM: parser.MAX, parser.MAX: parser.SUM, parser.MIN: parser.MAX, parser.COUNT: parser.SUM, parser.GROUP: parser.COUNT,
}

// Aggregations aggregates in another way, and by one label less.
func Aggregations(n parser.Node, try func(string, func() string)) {
	a, ok := n.(*parser.AggregateExpr)
	if !ok {
		return
	}
	before := brief(a.String())
	if to, ok := others[a.Op]; ok {
		try("aggregation "+to.String(), func() string { a.Op = to; return before })
	}
	for i, label := range a.Grouping {
		if !a.Without {
			try("by "+label, func() string { a.Grouping = slices.Delete(slices.Clone(a.Grouping), i, i+1); return before })
		}
	}
}

// Quantiles asks for another quantile of a histogram, or for another share.
func Quantiles(n parser.Node, try func(string, func() string)) {
	c, ok := n.(*parser.Call)
	if !ok || c.Func.Name != "histogram_quantile" && c.Func.Name != "quantile_over_time" {
		return
	}
	if q, ok := c.Args[0].(*parser.NumberLiteral); ok {
		before := brief(c.String())
		for _, to := range []float64{0.2, 0.9999} {
			try("quantile", func() string { q.Val = to; return before })
		}
	}
}
