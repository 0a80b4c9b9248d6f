package panels_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

var (
	percentile = regexp.MustCompile(`\bp(\d\d)\b`)
	asksFor    = regexp.MustCompile(`histogram_quantile\(([^,]+), `)
)

// unnamed are quantiles of queries that show something else.
var unnamed = map[string]string{
	"21A": "0.99", // it counts the objectives that are missed, that of the p99 among them
}

// TestQuantiles: what is called p99 asks for 0.99 in each of its parts, and what is called by
// the chosen quantile for that.
func TestQuantiles(t *testing.T) {
	targets, _, err := generate.Targets(generate.Defaults(), "1m")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, target := range targets {
		name := target.Title + " " + target.Legend + " " + target.Column
		want := ""
		if m := percentile.FindStringSubmatch(name); m != nil {
			n, _ := strconv.Atoi(m[1])
			want = strconv.FormatFloat(float64(n)/100, 'f', -1, 64)
		}
		if strings.Contains(name, "$quantile") {
			want = "$quantile"
		}
		if q, ok := unnamed[key(target)]; ok {
			want = q
		}
		asked := asksFor.FindAllStringSubmatch(target.Expr, -1)
		if (want == "") != (len(asked) == 0 && !strings.Contains(target.Expr, "$quantile")) {
			t.Errorf("%s %q asks for %v", key(target), name, asked)
		}
		for _, m := range asked {
			if got := strings.TrimSuffix(m[1], "0"); want != "" && got != strings.TrimSuffix(want, "0") {
				t.Errorf("%s %q asks for %s", key(target), name, m[1])
			}
			named++
		}
	}
	if named < 16 {
		t.Errorf("%d quantiles are asked for", named)
	}
}
