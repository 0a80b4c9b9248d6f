package mutant

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// Labels leaves a label out of those that series are summed up by, or without, and of those by
// which they are matched.
func Labels(n parser.Node, try func(string, func() string)) {
	var list *[]string
	switch n := n.(type) {
	case *parser.AggregateExpr:
		list = &n.Grouping
	case *parser.BinaryExpr:
		if n.VectorMatching == nil {
			return
		}
		list = &n.VectorMatching.MatchingLabels
	default:
		return
	}
	before := brief(n.String())
	for i, label := range *list {
		try("label "+label, func() string {
			*list = slices.Delete(slices.Clone(*list), i, i+1)
			return before
		})
	}
}
