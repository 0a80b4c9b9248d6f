package alerts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A truth is what the series of a recording rule sum up to for a program, in each world.
type truth struct {
	record, job string
	low, high   float64
}

// truths are all of them: what the load is asked for, and what the fault does to it. A
// machine that is busy makes the load smaller, and more of it slow.
var truths = []truth{
	{"store:kvdb_replication_connected:sum", "healthy", 1, 1},
	{"store:kvdb_replication_connected:sum", "lag", 1, 1},
	{"operation:kvdb_requests:rate5m", "healthy", usualRate / 2, 1.5 * usualRate},
	{"operation:kvdb_requests:rate5m", "kv-healthy", usualRate / 2, 1.5 * usualRate},
	{"operation:kvdb_requests:rate5m", "idle", 0, usualRate / 2},
	{"operation:kvdb_requests:rate5m", "busy", usualRate, 4 * usualRate},
	{"operation:kvdb_errors:rate5m", "healthy", 0, 0},
	{"operation:kvdb_errors:rate5m", "canceled", 0, 0},
	{"operation:kvdb_errors:rate5m", "errors", usualRate / 40, usualRate / 4},
	{"operation:kvdb_errors:rate5m", "kv-errors", usualRate / 40, usualRate / 4},
	{"operation:kvdb_timed:rate5m", "healthy", usualRate / 4, 1.5 * usualRate},
	{"operation:kvdb_timed:rate5m", "kv-healthy", usualRate / 4, 1.5 * usualRate},
	{"operation:kvdb_slow:rate5m", "healthy", 0, usualRate / 20},
	{"operation:kvdb_slow:rate5m", "slow", usualRate / 80, usualRate / 4},
	{"operation:kvdb_slow:rate5m", "kv-slow", usualRate / 80, usualRate / 4},
	{"instance:kvdb_telemetry:group", "healthy", 1, 1},
	{"instance:kvdb_telemetry:group", "kv-healthy", 1, 1},
}

// truthsOf are those of a rule: the series of a service sum up to what those of its
// operations do.
func truthsOf(record string) (all []truth) {
	of := strings.Replace(record, "service:", "operation:", 1)
	for _, tr := range truths {
		if tr.record == of && (*only == "" || healthy(tr.job) || slices.Contains(strings.Split(*only, ","), tr.job)) {
			all = append(all, tr)
		}
	}
	return all
}

// shapes are the labels that series of recording rules have, and those that they do not.
var shapes = map[string]struct{ with, without []string }{
	"store":     {[]string{"job", "instance", "db_namespace", "db_system_name"}, []string{"kvdb_replica"}},
	"operation": {[]string{"job", "instance", "db_namespace", "db_system_name", "db_operation_name"}, []string{"kvdb_outcome", "error_type", "le"}},
	"service":   {[]string{"job", "db_namespace", "db_system_name"}, []string{"instance", "db_operation_name", "kvdb_outcome", "error_type", "le"}},
	"instance":  {[]string{"job", "instance"}, []string{"db_namespace", "db_system_name", "kvdb_component"}},
}

// proveRecord checks a recording rule, and that the check notices whatever is wrong with it.
func (s *session) proveRecord(t *testing.T, r rule) {
	of := truthsOf(r.Record)
	if len(of) == 0 {
		t.Fatal("nobody says what its series sum up to")
	}
	if err := s.record(t, r, of, r.Expr); err != nil {
		t.Fatal(err)
	}
	s.mutate(t, r.name, r.Expr, func(expr string) error { return s.record(t, r, of, expr) })
}

// record checks an expression of a recording rule: that of a rule, or one like it.
func (s *session) record(t *testing.T, r rule, of []truth, expr string) error {
	t.Helper()
	if err := s.data(t, expr); err != nil {
		return err
	}
	kind, _, _ := strings.Cut(r.Record, ":")
	shape := shapes[kind]
	for _, tr := range of {
		for _, w := range recording.Worlds() {
			var sums []float64
			slow, strained := strings.Contains(r.Record, "slow") && healthy(tr.job), false
			for _, at := range s.during(t, tr.job) {
				if slow && s.busy.explains("KVLatencyHigh", at) {
					strained = true
					continue
				}
				own := ofJob(s.query(t, w, expr, at), tr.job)
				sum := 0.0
				if err := outside(r, own); err != nil {
					return err
				}
				for _, sample := range own {
					sum += sample.F
					for _, name := range shape.with {
						if sample.Metric.Get(name) == "" {
							return fmt.Errorf("%v has no label %s", sample.Metric, name)
						}
					}
					for _, name := range shape.without {
						if sample.Metric.Get(name) != "" {
							return fmt.Errorf("%v has a label %s", sample.Metric, name)
						}
					}
				}
				if len(own) > 0 {
					sums = append(sums, sum)
				}
			}
			if len(sums) == 0 && strained {
				continue
			}
			if len(sums) == 0 {
				return fmt.Errorf("there are no series of %s in the %s world", tr.job, w)
			}
			slices.Sort(sums)
			if median := sums[len(sums)/2]; median < tr.low || median > tr.high {
				return fmt.Errorf("%s sums up to %v in the %s world, want %v to %v", tr.job, median, w, tr.low, tr.high)
			}
		}
	}
	return nil
}

// during are some moments in which a program has shown its fault for a while.
func (s *session) during(t *testing.T, job string) []time.Time {
	t.Helper()
	if healthy(job) {
		return s.moments(5)
	}
	at := slices.IndexFunc(s.courses, func(c *course) bool { return c.job == job })
	if at < 0 {
		t.Fatalf("%s did not run", job)
	}
	c := s.courses[at]
	var all []time.Time
	for _, eval := range s.evals {
		if eval.Sub(c.shown) > 3*time.Second && eval.Before(c.ended) {
			all = append(all, eval)
		}
	}
	return all
}
