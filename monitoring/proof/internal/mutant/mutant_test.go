package mutant_test

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/proof/internal/mutant"
)

// TestOf: each mutant has one thing wrong, and all are there.
func TestOf(t *testing.T) {
	for expr, c := range map[string]struct {
		change mutant.Change
		want   []string
	}{
		`m{a="b"}`:                    {mutant.Selectors, []string{`m_mutant{a="b"}`, `m`, `m{a!="b"}`, `m{a="mutant"}`}},
		`m > 2`:                       {mutant.Comparisons, []string{`m < 2`, `m > 30000`, `m > -1`}},
		`m or n`:                      {mutant.Comparisons, []string{`m and n`}},
		`sum by (a, b) (m)`:           {mutant.Aggregations, []string{`max by (a, b) (m)`, `sum by (b) (m)`, `sum by (a) (m)`}},
		`rate(m[5m]) > 0`:             {mutant.Windows, []string{`rate(m[2m30s]) > 0`, `rate(m[10m]) > 0`}},
		`m * 3 > 0`:                   {mutant.Numbers, []string{`m * 1.5 > 0`, `m * 6 > 0`, `m * 3 > 1`}},
		`m and on (a, b) n`:           {mutant.Labels, []string{`m and on (b) n`, `m and on (a) n`}},
		`histogram_quantile(0.99, m)`: {mutant.Quantiles, []string{`histogram_quantile(0.2, m)`, `histogram_quantile(0.9999, m)`}},
	} {
		all, err := mutant.Of(expr, c.change)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range all {
			if m.What == "" {
				t.Errorf("%s is made without a word", m.Expr)
			}
			got = append(got, m.Expr)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s makes %q, want %q", expr, got, c.want)
		}
	}
	if all, err := mutant.Of("m{", mutant.Selectors); err == nil {
		t.Errorf("what cannot be parsed makes %v", all)
	}
}

// TestEverywhere: the same part is wrong in all places.
func TestEverywhere(t *testing.T) {
	all, err := mutant.Everywhere(`sum(m) / (sum(m) > 0)`, mutant.Selectors, mutant.Aggregations)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		got = append(got, m.Expr)
	}
	if want := []string{`max(m) / (max(m) > 0)`, `sum(m_mutant) / (sum(m_mutant) > 0)`}; !slices.Equal(got, want) {
		t.Errorf("the mutants are %q, want %q", got, want)
	}
}
