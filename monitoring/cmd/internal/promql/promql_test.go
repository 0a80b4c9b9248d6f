package promql_test

import (
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// Brackets stand where Prometheus would bind otherwise, and nowhere else.
func TestBrackets(t *testing.T) {
	a, b, c := promql.Raw("a"), promql.Raw("b"), promql.Raw("c")
	for want, v := range map[string]promql.Vector{
		"a / b > 1":                a.Over(b).Above(1),
		"(a - b) / c":              a.Minus(b).Over(c),
		"a / (b / c)":              a.Over(b.Over(c)),
		"a + b - c":                a.Plus(b).Minus(c),
		"a - (b + c)":              a.Minus(b.Plus(c)),
		"1 - a / b":                a.Over(b).OneMinus(),
		"1 - (a - b)":              a.Minus(b).OneMinus(),
		"a > 1\nand b > 2":         a.Above(1).And(promql.Same, b.Above(2)),
		"(a\nor b) == 0":           a.Or(b).Is(0),
		"a\nor b\nand on (x) c":    a.Or(b.And(promql.On("x"), c)),
		"(a\nor b)\nunless c":      a.Or(b).Unless(promql.Same, c),
		"a\nand (b\nunless c)":     a.And(promql.Same, b.Unless(promql.Same, c)),
		"a < b * 0.5":              a.LessThan(b.Times(0.5)),
		"a >= (b >= c)":            a.NotLessThan(b.NotLessThan(c)),
		"sum without (x) (a - b)":  a.Minus(b).Sum("x"),
		"count by (x, y) (a)":      a.By("count", "x", "y"),
		"histogram_quantile(0, a)": a.Call("histogram_quantile", 0),
		"a < 0.1":                  a.Below(0.1),
		"a >= 10":                  a.AtLeast(10),
		"a * b":                    a.Multiplied(b),
	} {
		if v.String() != want {
			t.Errorf("got  %s\nwant %s", v, want)
		}
	}
}

func TestWithin(t *testing.T) {
	for bound, want := range map[float64]string{
		0.1: `le="0.1"`, 1: `le=~"1|1\\.0"`, 10: `le=~"10|10\\.0"`, 1e-6: `le=~"1e-06|0\\.000001"`, 0.0005: `le="0.0005"`, 0.00005: `le=~"5e-05|0\\.00005"`,
	} {
		if got := promql.Within(bound).String(); got != want {
			t.Errorf("%v: got %s, want %s", bound, got, want)
		}
	}
	// All bounds have a spelling that their histogram does not share with another.
	seen := make(map[string]bool)
	for _, b := range catalog.OperationDuration.Bounds {
		if m := promql.Within(b).String(); seen[m] {
			t.Errorf("%s twice", m)
		} else {
			seen[m] = true
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 5 * time.Minute: "5m", 90 * time.Minute: "1h30m", 72 * time.Hour: "3d", 1500 * time.Millisecond: "1s500ms",
	} {
		if got := promql.Duration(d); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := (promql.Writer{Timescale: 1e-9}).Scaled(time.Minute); got != time.Millisecond {
		t.Errorf("a minute is scaled to %v", got)
	}
}

func TestParseMatchers(t *testing.T) {
	const spaced = ` { job = "a" , } `
	for text, want := range map[string]string{
		``: ``, `{}`: ``, spaced: `job="a"`, `a!="x",b=~"y|z",c!~'q"'`: `a!="x" b=~"y|z" c!~"q\""`,
		"a=`\\d`": `a="\\d"`, `a="x,y={z}"`: `a="x,y={z}"`, `a="\t\""`: `a="\t\""`,
	} {
		got, err := promql.ParseMatchers(text)
		s := ""
		for i, m := range got {
			if i > 0 {
				s += " "
			}
			s += m.String()
		}
		if err != nil || s != want {
			t.Errorf("%s: got %s, %v, want %s", text, s, err, want)
		}
	}
	for _, text := range []string{`job`, `job=`, `job=x`, `job="x`, `="x"`, `1a="x"`, `a=="x"`, `a=~"["`, `a="x";b="y"`, `a="\q"`, `{a="x"`, `,a="x"`} {
		if got, err := promql.ParseMatchers(text); err == nil {
			t.Errorf("%s: got %v", text, got)
		}
	}
}
