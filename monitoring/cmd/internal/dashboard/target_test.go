package dashboard_test

import (
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
)

func TestFill(t *testing.T) {
	values := dashboard.Values{"job": "shop", "quantile": "0.5", "__rate_interval": "1m"}
	for expr, want := range map[string]string{
		`up{job=~"$job"}`:                          `up{job=~"shop"}`,
		`rate(x{job=~"$job|"}[$__rate_interval])`:  `rate(x{job=~"shop|"}[1m])`,
		`label_replace(x, "a", "$1", "b", "(.+)")`: `label_replace(x, "a", "$1", "b", "(.+)")`,
		`f($quantile, x{jobs=~"$jobs"})$`:          `f(0.5, x{jobs=~"$jobs"})$`,
		"":                                         "",
	} {
		if got := values.Fill(expr); got != want {
			t.Errorf("%s is filled to %s, want %s", expr, got, want)
		}
	}
}

// By default nothing is left out, and nothing is left to fill.
func TestDefault(t *testing.T) {
	s := byDefault()
	values := s.Default("1m")
	for name, want := range map[string]string{
		"job": ".+", "instance": ".+", "store": ".*", "operation": ".*", "quantile": "0.99", "histogram": ".*", "__rate_interval": "1m", "__interval": "1m",
	} {
		if values[name] != want {
			t.Errorf("%s is %q by default, want %q", name, values[name], want)
		}
	}
	for _, target := range s.Targets() {
		if filled := values.Fill(target.Expr); values.Fill(filled) != filled {
			t.Errorf("%q has variables without a value: %s", target.Title, filled)
		}
	}
}

func TestTargetsAreInOrder(t *testing.T) {
	all := byDefault().Targets()
	if len(all) < 100 || all[0].Ref != "A" || all[0].Row != "" {
		t.Fatalf("%d targets, of which the first is %+v", len(all), all[0])
	}
	seen := make(map[[2]any]bool)
	exemplars := 0
	for _, target := range all {
		key := [2]any{target.ID, target.Ref}
		if seen[key] || target.Unit == "" || target.Expr == "" {
			t.Errorf("%+v is there twice, or says too little", target)
		}
		seen[key] = true
		if target.Exemplars {
			exemplars++
		}
		if target.Instant != (target.Kind == dashboard.Table || target.Kind == dashboard.Stat) {
			t.Errorf("%q asks at one moment: %v", target.Title, target.Instant)
		}
	}
	if exemplars < 4 {
		t.Errorf("%d queries ask for exemplars", exemplars)
	}
}
