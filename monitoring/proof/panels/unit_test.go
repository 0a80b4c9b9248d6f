package panels_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// A dimension is how often seconds and bytes are a factor of a value. What is counted has
// none.
type dimension struct{ seconds, bytes int }

// dimensions are those of what panels show.
var dimensions = map[string]dimension{
	"s": {seconds: 1}, "percentunit": {}, "ops": {seconds: -1}, "cps": {seconds: -1},
	"bytes": {bytes: 1}, "binBps": {bytes: 1, seconds: -1}, "short": {}, "none": {},
}

// TestUnits: what a query computes is what its panel says, by the names of the metrics.
func TestUnits(t *testing.T) {
	targets, values, err := generate.Targets(generate.Defaults(), "1m")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range targets {
		if err := unitOf(target, values); err != nil {
			t.Errorf("%s %s: %v", key(target), target.Title, err)
		}
	}
}

func unitOf(target generate.Target, values generate.Values) error {
	e, err := prometheus.Parser().ParseExpr(values.Fill(target.Expr))
	if err != nil {
		return err
	}
	d, _, err := measure(e)
	if err != nil {
		return err
	}
	expected, known := dimensions[target.Unit]
	if target.Kind == "heatmap" {
		expected.seconds-- // the unit is that of the buckets, and what is drawn is how many a second
		d = d.plus(unit(e), 1)
	}
	if strings.HasSuffix(target.Column, "/s") {
		expected.seconds-- // the heading says it
	}
	if !known || d != expected {
		return fmt.Errorf("it computes %+v, and its unit is %q", d, target.Unit)
	}
	return nil
}

func (d dimension) plus(o dimension, times int) dimension {
	return dimension{d.seconds + times*o.seconds, d.bytes + times*o.bytes}
}

// measure returns the dimension of an expression. That of a plain number is open: it is
// compared with or added to whatever there is.
func measure(e parser.Expr) (d dimension, open bool, err error) {
	switch e := e.(type) {
	case *parser.NumberLiteral:
		return d, true, nil
	case *parser.ParenExpr:
		return measure(e.Expr)
	case *parser.UnaryExpr:
		return measure(e.Expr)
	case *parser.SubqueryExpr:
		return measure(e.Expr)
	case *parser.MatrixSelector:
		return measure(e.VectorSelector)
	case *parser.VectorSelector:
		return ofName(e.Name), false, nil
	case *parser.AggregateExpr:
		d, open, err = measure(e.Expr)
		if e.Op == parser.COUNT || e.Op == parser.GROUP {
			return dimension{}, true, err // or a mark, as -1 for what is not known
		}
		return d, open, err
	case *parser.Call:
		return called(e)
	case *parser.BinaryExpr:
		return joined(e)
	default:
		return d, false, fmt.Errorf("nobody knows the unit of %s", e)
	}
}

// ofName is the dimension of a series, by the name that Prometheus wants it to have.
func ofName(name string) dimension {
	if strings.Contains(name, ":rate") {
		return dimension{seconds: -1}
	}
	words := strings.Split(strings.TrimSuffix(name, "_total"), "_")
	switch last := words[len(words)-1]; {
	case last == "bucket" || last == "count" || histograms[name]:
		return dimension{} // it counts
	case last == "sum":
		return ofName(strings.TrimSuffix(name, "_sum") + "_total")
	case slices.Contains(words, "seconds"):
		return dimension{seconds: 1}
	case slices.Contains(words, "bytes"):
		return dimension{bytes: 1}
	}
	return dimension{}
}

// histograms are those that queries ask for as native ones.
var histograms = map[string]bool{
	"db_client_operation_duration_seconds": true, "go_schedule_duration_seconds": true,
	"kvdb_request_size_bytes": true, "kvdb_response_size_bytes": true,
	"db_client_connection_wait_time_seconds": true,
}

// unit is that of what a histogram counts.
func unit(e parser.Expr) (d dimension) {
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		if s, ok := n.(*parser.VectorSelector); ok {
			d = ofName(strings.TrimSuffix(s.Name, "_bucket") + "_total")
		}
		return nil
	})
	return d
}

func called(c *parser.Call) (d dimension, open bool, err error) {
	last := c.Args[0]
	switch c.Func.Name {
	case "histogram_quantile":
		return unit(c.Args[1]), false, nil
	case "histogram_fraction", "changes":
		return dimension{}, false, nil
	case "quantile_over_time":
		last = c.Args[1]
	}
	if d, open, err = measure(last); err != nil {
		return d, open, err
	}
	switch c.Func.Name {
	case "rate":
		d.seconds--
	case "histogram_sum":
		d = d.plus(unit(last), 1)
	case "increase", "round", "label_replace", "clamp", "predict_linear", "histogram_count", "quantile_over_time",
		"avg_over_time", "max_over_time", "min_over_time", "last_over_time":
	default:
		return d, open, fmt.Errorf("nobody knows what %s computes", c.Func.Name)
	}
	return d, open, nil
}

func joined(b *parser.BinaryExpr) (d dimension, open bool, err error) {
	l, lopen, err := measure(b.LHS)
	if err != nil {
		return d, false, err
	}
	r, ropen, err := measure(b.RHS)
	if err != nil {
		return d, false, err
	}
	switch {
	case b.Op == parser.MUL:
		return l.plus(r, 1), lopen && ropen, nil
	case b.Op == parser.DIV:
		return l.plus(r, -1), lopen && ropen, nil
	case b.Op == parser.LAND || b.Op == parser.LUNLESS:
		return l, lopen, nil
	case b.Op.IsComparisonOperator() && b.ReturnBool:
		return dimension{}, false, nil
	case b.Op.IsComparisonOperator():
		return l, lopen, nil // the other side is a threshold
	case lopen:
		return r, ropen, nil
	case !ropen && l != r:
		return l, false, fmt.Errorf("%+v and %+v do not go together: %s", l, r, b)
	}
	return l, false, nil
}
