package mutant

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Selectors renames a metric, and drops, inverts or replaces a matcher.
func Selectors(n parser.Node, try func(string, func() string)) {
	s, ok := n.(*parser.VectorSelector)
	if !ok {
		return
	}
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
