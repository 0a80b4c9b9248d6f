package alerts_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/otelkv/otelkv/monitoring"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

const (
	scale      = 1.0 / 30 // of the time of all rules
	capacity   = 2 * usualRate
	saturation = 0.2 // since other programs take their part of the machine
)

func parameters() generate.Parameters {
	p := generate.Defaults()
	p.Timescale, p.Capacity, p.Saturation = scale, capacity, saturation
	return p
}

// A rule is one of them with a name of its own.
type rule struct {
	generate.Rule
	name    string // of the record, or alert and severity
	shipped string // its expression for time as it is
}

// proven is the expression that a witness proves.
func (r rule) proven(wit witness) string {
	if wit.shipped {
		return r.shipped
	}
	return r.Expr
}

// rules are all of them, in their order.
func rules(t *testing.T) (all []rule) {
	t.Helper()
	scaled := groups(t, parameters())
	p := parameters()
	p.Timescale = 1
	times := make(map[string]int)
	for i, g := range groups(t, p) {
		for j, r := range g.Rules {
			one := rule{Rule: scaled[i].Rules[j], name: r.Record, shipped: r.Expr}
			if r.Alert != "" {
				one.name = r.Alert + " " + r.Severity()
			}
			if times[one.name]++; times[one.name] > 1 {
				one.name += " (2)"
			}
			all = append(all, one)
		}
	}
	return all
}

func groups(t *testing.T, p generate.Parameters) []generate.Group {
	t.Helper()
	all, err := generate.Rules(p)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// file writes the scaled rules.
func file(t *testing.T) string {
	t.Helper()
	files, err := generate.Files(parameters())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "rules.yaml")
}

var (
	window   = regexp.MustCompile(`\[[0-9a-z]+\]`)
	forecast = regexp.MustCompile(`\[\], [0-9.]+\)`)
	enough   = regexp.MustCompile(`\* [0-9.]+ >= 10\b`)
	uptime   = regexp.MustCompile(`(max_over_time\(process_uptime_seconds\[\]\)) < [0-9.]+`)
)

// TestScaledRules: what the proof evaluates is what ships, but for times and for the two
// parameters that a small machine wants.
func TestScaledRules(t *testing.T) {
	plain := func(expr string) string {
		expr = window.ReplaceAllString(expr, "[]")
		expr = forecast.ReplaceAllString(expr, "[], …)")
		expr = enough.ReplaceAllString(expr, "* … >= 10")
		return uptime.ReplaceAllString(expr, "$1 < …")
	}
	text, err := monitoring.Files().ReadFile("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := generate.Defaults()
	p.Timescale = scale
	committed := groups(t, generate.Defaults())
	for i, g := range groups(t, p) {
		for j, r := range g.Rules {
			if got, want := plain(r.Expr), plain(committed[i].Rules[j].Expr); got != want {
				t.Errorf("%s%s is scaled to\n%s\nwant\n%s", r.Alert, r.Record, got, want)
			}
		}
	}
	files, err := generate.Files(generate.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if files[0].Name != "rules.yaml" || files[0].Text != string(text) {
		t.Error("rules.yaml is not what the parameters make: go generate ./monitoring")
	}
}
