package mutant

import (
	"fmt"

	"github.com/prometheus/prometheus/promql/parser"
)

var opposite = map[parser.ItemType]parser.ItemType{
	parser.GTR: parser.LSS, parser.LSS: parser.GTR, parser.GTE: parser.LTE, parser.LTE: parser.GTE,
	parser.EQLC: parser.NEQ, parser.NEQ: parser.EQLC, parser.LAND: parser.LUNLESS, parser.LUNLESS: parser.LAND, parser.LOR: parser.LAND,
}

// Comparisons turns comparisons and set operations into their opposites, and moves
// thresholds.
func Comparisons(n parser.Node, try func(string, func() string)) {
	b, ok := n.(*parser.BinaryExpr)
	if !ok {
		return
	}
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
