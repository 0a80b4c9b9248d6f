package panels_test

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

var inLegend = regexp.MustCompile(`\{\{(\w+)\}\}`)

// columns are the labels of the rows of tables, by panel. Those with a question mark are on
// some rows only.
var columns = map[uint32][]string{
	21:  {"job", "instance", "db_system_name", "db_namespace", "failing?", "slowest?"},
	22:  {"alertname", "job", "instance?", "db_namespace?"},
	912: {"job", "process_runtime_version", "service_version?"},
}

// rare are queries that leave out what did not happen: there are many ways to be lost.
var rare = map[string]bool{
	"107A": true, "1002A": true, "1002B": true, "1002C": true, "1003A": true, "1003B": true,
	"1008A": true, "1009A": true, "1101A": true, "1102A": true,
}

// labels are those that the series of a query have, and those that they may have: what the
// legend names and nothing else.
func labels(target generate.Target) (must, may map[string]bool) {
	must, may = make(map[string]bool), make(map[string]bool)
	names := columns[target.ID]
	for _, m := range inLegend.FindAllStringSubmatch(target.Legend, -1) {
		if m[1] == "le" {
			m[1] = "le?" // that of classic buckets
		}
		names = append(names, m[1])
	}
	for _, name := range names {
		if optional, ok := strings.CutSuffix(name, "?"); ok {
			may[optional] = true
		} else {
			must[name] = true
		}
	}
	return must, may
}

// shows holds an answer about a program to what any has to be like: numbers that can be
// drawn, with labels that make a legend that is whole, of nobody else, and shares and
// states that can be.
func shows(target generate.Target, c *course, v promql.Vector) error {
	must, may := labels(target)
	states := make([]float64, 0, len(target.States))
	for _, s := range target.States {
		states = append(states, s.Value)
	}
	for _, sample := range v {
		have := sample.Metric.Map()
		for name := range must {
			if have[name] == "" {
				return fmt.Errorf("%v has no label %s", sample.Metric, name)
			}
		}
		for name := range maps.Keys(have) {
			if !must[name] && !may[name] {
				return fmt.Errorf("%v has the label %s, which nobody sees", sample.Metric, name)
			}
		}
		if at, job := have["instance"], have["job"]; at != "" && at != c.instance || job != "" && job != c.job {
			return fmt.Errorf("%v is another program than %s", sample.Metric, c.job)
		}
		f := value(sample)
		switch {
		case f == 0 && rare[key(target)]:
			return fmt.Errorf("%v is there, and nothing has happened", sample.Metric)
		case math.IsNaN(f) || math.IsInf(f, 0):
			return fmt.Errorf("%v is %v", sample.Metric, f)
		case f < 0 && !slices.ContainsFunc(states, func(s float64) bool { return s < 0 }):
			return fmt.Errorf("%v is %v, and nothing says what that is", sample.Metric, f)
		case target.Unit == "percentunit" && f > 1.5:
			return fmt.Errorf("%v is a share of %v", sample.Metric, f)
		case target.Kind == "state-timeline" && !slices.Contains(states, f):
			return fmt.Errorf("%v is in the state %v, which has no name", sample.Metric, f)
		}
	}
	return nil
}
