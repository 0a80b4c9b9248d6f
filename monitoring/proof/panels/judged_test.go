package panels_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/mutant"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// judged are queries with a guard against few calls and a branch for each case. Their comparisons
// are mutated in TestJudged, with series for moments that no fault makes on purpose.
var judged = map[string]bool{"4A": true, "5A": true, "21A": true, "21D": true, "21E": true}

// changes are what is mutated in TestJudged: the rows that the number of alerts counts, too, of which
// no program has enough.
func changes(query string) mutant.Change {
	switch {
	case judged[query]:
		return mutant.Comparisons
	case query == "1A":
		return mutant.Aggregations
	}
	return nil
}

const (
	ofStore = `db_namespace="a", db_system_name="bolt", instance="i", job="j"`
	inStore = "{" + ofStore + "}"
)

// A situation is twenty minutes of a store, with a sample a minute as promtool writes them, and
// what judged queries say at their end: the name of the operation, where one has it, and the value.
type situation struct {
	series map[string]string
	want   map[string]string // "" is nothing; a query that is not there is not asked
}

// counted are calls of an operation, and those that failed.
func counted(operation, all, failed string) map[string]string {
	of := `{db_operation_name="` + operation + `", ` + ofStore
	return map[string]string{"kvdb_requests_total" + of + `, outcome="ok"}`: all, "kvdb_errors_total" + of + `, error_type="unavailable"}`: failed}
}

// timed are calls of which as many are fast, and others take five seconds.
func timed(operation, all, fast string) map[string]string {
	of := `{db_operation_name="` + operation + `", ` + ofStore
	const name = "db_client_operation_duration_seconds"
	return map[string]string{
		name + "_count" + of + "}": all, name + "_bucket" + of + `, le="0.1"}`: fast,
		name + "_bucket" + of + `, le="5"}`: all, name + "_bucket" + of + `, le="+Inf"}`: all,
	}
}

// natively are calls that take as long as a bucket says: that of 0 takes up to a second, that of -5 up to 31 ms.
func natively(operation string, bucket, each int) map[string]string {
	return map[string]string{`db_client_operation_duration_seconds{db_operation_name="` + operation + `", ` + ofStore + "}": fmt.Sprintf(
		"{{schema:0 sum:0 count:0 offset:%d buckets:[0]}}+{{schema:0 sum:%d count:%d offset:%d buckets:[%d]}}x20", bucket, each, each, bucket, each)}
}

func ofAStore(metric, labels, samples string) map[string]string {
	return map[string]string{metric + "{" + labels + ofStore + "}": samples}
}

// firingOf is an alert that fires.
func firingOf(alert, store, instance, job, more string) map[string]string {
	return map[string]string{fmt.Sprintf(`ALERTS{alertname=%q, alertstate="firing", severity="critical", db_namespace=%q, instance=%q, job=%q, %s}`, alert, store, instance, job, more): "1x20"}
}

func together(lists ...map[string]string) map[string]string {
	all := map[string]string{"kvdb_in_flight" + inStore: "0x20"}
	for _, l := range lists {
		for name, samples := range l {
			all[name] = samples
		}
	}
	return all
}

var situations = map[string]situation{
	"nobody calls":      {together(counted("get", "5x20", "0x20"), timed("get", "5x20", "5x20")), map[string]string{"4A": "", "5A": "", "21A": "0", "21D": "", "21E": ""}},
	"none fails":        {together(counted("get", "0+100x20", "0x20")), map[string]string{"4A": "0", "21A": "0", "21D": "0"}},
	"none ever failed":  {together(ofAStore("kvdb_requests_total", `db_operation_name="get", `, "0+100x20")), map[string]string{"4A": "0", "21A": "0", "21D": "0"}},
	"few fail":          {together(counted("get", "0+1x20", "0x19 1")), map[string]string{"4A": "-1", "21A": "0", "21D": ""}},
	"many fail":         {together(counted("get", "0+100x20", "0+50x20")), map[string]string{"4A": "0.5", "21A": "1", "21D": "get 0.5"}},
	"a small share":     {together(counted("get", "0+10000x20", "0+20x20")), map[string]string{"4A": "0.002", "21A": "0", "21D": "get 0.002"}},
	"others fail":       {together(counted("get", "0+100x20", "0+50x20"), counted("put", "0+100x20", "0x20")), map[string]string{"4A": "0.5", "21A": "1", "21D": "get 0.5"}},
	"none is slow":      {together(timed("get", "0+100x20", "0+100x20")), map[string]string{"5A": "0.099", "21A": "0", "21E": "0.099"}},
	"few are slow":      {together(timed("get", "0+1x20", "0x20")), map[string]string{"5A": "-1", "21A": "0", "21E": ""}},
	"many are slow":     {together(timed("get", "0+100x20", "0x20")), map[string]string{"5A": "4.951", "21A": "1", "21E": "get 4.951"}},
	"a small slow part": {together(timed("get", "0+10000x20", "0+9980x20")), map[string]string{"5A": "0.099", "21A": "0", "21E": "0.099"}},
	"others are slow":   {together(timed("get", "0+100x20", "0x20"), timed("put", "0+100x20", "0+100x20")), map[string]string{"5A": "4.951", "21A": "1", "21E": "get 4.951"}},
	"none, natively":    {together(natively("get", -5, 100)), map[string]string{"5A": "0.031", "21A": "0", "21E": "0.031"}},
	"few, natively":     {together(natively("get", 0, 1)), map[string]string{"5A": "-1", "21A": "0", "21E": ""}},
	"many, natively":    {together(natively("get", 0, 100)), map[string]string{"5A": "0.993", "21A": "1", "21E": "get 0.993"}},
	"one hangs":         {together(ofAStore("kvdb_in_flight_hung_age_seconds", `db_operation_name="put", `, "31+15x20"), ofAStore("kvdb_in_flight_oldest_own_age_seconds", "", "31+15x20")), map[string]string{"21A": "1", "21E": "put -1"}},
	"one hangs, others": {together(timed("get", "0+100x20", "0x20"), ofAStore("kvdb_in_flight_hung_age_seconds", `db_operation_name="put", `, "31+15x20")), map[string]string{"21E": "put -1"}},
	"one is young":      {together(ofAStore("kvdb_in_flight_oldest_own_age_seconds", "", "29x20")), map[string]string{"21A": "0"}},
	"disk is full":      {together(ofAStore("kvdb_utilization_ratio", `kvdb_resource="disk", `, "0.95x20")), map[string]string{"21A": "1"}},
	"disk is not full":  {together(ofAStore("kvdb_utilization_ratio", `kvdb_resource="disk", `, "0.85x20")), map[string]string{"21A": "0"}},
	"a replica lags":    {together(ofAStore("kvdb_replication_lag_seconds", `kvdb_replica="r", `, "6x20")), map[string]string{"21A": "1"}},
	"a replica follows": {together(ofAStore("kvdb_replication_lag_seconds", `kvdb_replica="r", `, "4x20")), map[string]string{"21A": "0"}},
	"a replica is lost": {together(ofAStore("kvdb_replication_connected", `kvdb_replica="r", `, "0x20")), map[string]string{"21A": "1"}},
	"engine has failed": {together(ofAStore("kvdb_engine_failed", "", "1x20")), map[string]string{"21A": "1"}},
	"all at once": {together(counted("get", "0+100x20", "0+50x20"), timed("get", "0+100x20", "0x20"), ofAStore("kvdb_in_flight_oldest_own_age_seconds", "", "31x20"), ofAStore("kvdb_utilization_ratio", `kvdb_resource="disk", `, "0.95x20"),
		ofAStore("kvdb_replication_lag_seconds", `kvdb_replica="r", `, "6x20"), ofAStore("kvdb_replication_connected", `kvdb_replica="s", `, "0x20"), ofAStore("kvdb_engine_failed", "", "1x20")), map[string]string{"21A": "7"}},
	"alerts fire": {together(
		firingOf("KVErrorRatioHigh", "a", "i", "j", `db_operation_name="get"`), firingOf("KVErrorRatioHigh", "a", "i", "j", `db_operation_name="put"`),
		firingOf("KVLatencyHigh", "a", "i", "j", ""), firingOf("KVErrorRatioHigh", "b", "i", "j", ""), firingOf("KVErrorRatioHigh", "a", "h", "j", ""), firingOf("KVErrorRatioHigh", "a", "i", "k", ""),
	), map[string]string{"1A": "5"}},
	"none fires":       {map[string]string{`ALERTS{alertname="KVWatchdog", alertstate="firing", severity="none"}`: "1x20"}, map[string]string{"1A": "0"}},
	"nobody has rules": {together(), map[string]string{"1A": ""}},
	"it is gone":       {map[string]string{"kvdb_in_flight" + inStore: "0x10 stale"}, map[string]string{"21A": "100"}},
	"it has long been": {map[string]string{"kvdb_in_flight" + inStore: "0x2 stale"}, map[string]string{"21A": ""}},
}

// unjudged are mutants of comparisons that say the same, with the reason.
var unjudged = []survivor{
	{"1A", "aggregation sum ", "the value of an alert is one, and rows are counted"},
	{"4A", "threshold -1 (sum by…> 0.01", "what is below the line is on the other side of the or"},
	{"21D", "threshold -1 (sum by…> 0.01", "the same"},
	{"5A", "threshold -1 (histogram_quantile…> 0.1", "the same"},
	{"4A", "threshold -1 (…>= 0", "no share is below nought, and what is not a number is neither above nor below anything"},
	{"5A", "threshold -1 (histogram_quantile…>= 0", "the same"},
	{"4A", "threshold -1 sum by (…kvdb_requests_total…> 0", "the same"},
	{"21A", "threshold -1 sum by (…kvdb_requests_total…> 0", "the same"},
	{"21D", "threshold -1 sum by (…kvdb_requests_total…> 0", "the same"},
	{"21A", "operator sum by (…kvdb_errors_total…* 0", "an operation of which none fails misses nothing"},
	{"21A", "threshold -1 count by (", "a count is one at least"},
}

// TestJudged: what is judged is so in each situation, and any comparison or set operation that is
// another one, or has another threshold, is noticed in one.
func TestJudged(t *testing.T) {
	targets, values, err := generate.Targets(generate.Defaults(), "5m")
	if err != nil {
		t.Fatal(err)
	}
	dbs := make(map[string]*prometheus.DB)
	for name, s := range situations {
		dbs[name] = s.open(t)
	}
	for _, target := range targets {
		change := changes(key(target))
		if change == nil {
			continue
		}
		t.Run(key(target), func(t *testing.T) {
			says := func(name, expr string) string {
				v, err := dbs[name].Query(t.Context(), expr, begin.Add(20*time.Minute))
				if err != nil {
					return err.Error()
				}
				return said(v)
			}
			asked := make(map[string]string)
			for name, s := range situations {
				want, ok := s.want[key(target)]
				if got := says(name, values.Fill(target.Expr)); ok && got != want {
					t.Errorf("%s: it is %q, want %q", name, got, want)
				}
				if ok {
					asked[name] = want
				}
			}
			mutants, err := mutant.Everywhere(values.Fill(target.Expr), change)
			if err != nil {
				t.Fatal(err)
			}
			noticed := 0
			for _, m := range mutants {
				seen := false
				for name, want := range asked {
					seen = seen || says(name, m.Expr) != want
				}
				excused := slices.ContainsFunc(unjudged, func(v survivor) bool { return v.covers(target, m) })
				switch {
				case seen && !excused:
					noticed++
				case !seen && !excused:
					t.Errorf("nobody notices: %s", m.What)
				case seen:
					t.Errorf("%s is noticed, and listed among those that are not", m.What)
				}
			}
			t.Logf("%d of %d mutants are noticed in %d situations", noticed, len(mutants), len(asked))
		})
	}
}

// said is an answer in a line.
func said(v promql.Vector) string {
	all := make([]string, 0, len(v))
	for _, s := range v {
		name := s.Metric.Get("failing") + s.Metric.Get("slowest")
		all = append(all, strings.TrimSpace(fmt.Sprint(name, " ", math.Round(s.F*1000)/1000)))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

var begin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// open loads the series into a new database.
func (s situation) open(t *testing.T) *prometheus.DB {
	t.Helper()
	db, err := prometheus.Open(t.TempDir(), prometheus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for name, samples := range s.series {
		if err := load(t.Context(), db, name+" "+samples); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return db
}

func load(ctx context.Context, db *prometheus.DB, series string) error {
	of, values, err := prometheus.Parser().ParseSeriesDesc(series)
	if err != nil {
		return err
	}
	app := db.Appender(ctx)
	for i, v := range values {
		at := begin.Add(time.Duration(i) * time.Minute).UnixMilli()
		switch {
		case v.Omitted:
		case v.Histogram != nil:
			_, err = app.AppendHistogram(0, of, at, nil, v.Histogram)
		default:
			_, err = app.Append(0, of, at, v.Value)
		}
		if err != nil {
			return errors.Join(err, app.Rollback())
		}
	}
	return app.Commit()
}
