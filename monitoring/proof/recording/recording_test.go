package recording_test

import (
	"os"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

func TestMain(m *testing.M) { os.Exit(recording.Main(m)) }

// forms say for each world which form of the histogram of durations has series.
var forms = map[recording.World]map[string]bool{
	recording.Classic: {
		`db_client_operation_duration_seconds_bucket`:                       true,
		`histogram_count(db_client_operation_duration_seconds)`:             false,
		`histogram_quantile(0.99, db_client_operation_duration_seconds)`:    false,
		`{__name__="db_client_operation_duration_seconds_bucket",le="0.1"}`: true,
	},
	recording.Native: {
		`db_client_operation_duration_seconds_bucket`:                    false,
		`histogram_count(db_client_operation_duration_seconds)`:          true,
		`histogram_quantile(0.99, db_client_operation_duration_seconds)`: true,
	},
	recording.Converted: {
		`db_client_operation_duration_seconds_bucket`:                    false,
		`histogram_count(db_client_operation_duration_seconds)`:          true,
		`histogram_quantile(0.99, db_client_operation_duration_seconds)`: true,
	},
}

// TestRecording: in each world a program shows what its load has counted, with histograms
// as they are there.
func TestRecording(t *testing.T) {
	r := recording.Start(t)
	dir := process.StoresDir(t)
	for _, kind := range []recording.Kind{recording.Quickstart, recording.KVServer} {
		p := recording.NewProgram(t, kind, string(kind), dir, 50)
		p.Start(t, nil)
		p.Await(t)
		r.Watch(p.Job, p.Address())
		counted := func(w recording.World) float64 {
			v, err := r.DB(w).Query(t.Context(), `sum(kvdb_requests_total{job="`+p.Job+`"})`, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if len(v) == 0 {
				return 0
			}
			return v[0].F
		}
		for _, w := range recording.Worlds() {
			process.Eventually(t, "100 operations of "+p.Job+" in the "+string(w)+" world", func() bool { return counted(w) > 100 })
			for expr, want := range forms[w] {
				v, err := r.DB(w).Query(t.Context(), expr, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				if (len(v) > 0) != want {
					t.Errorf("%s, %s world: %s has %d series, want some: %t", p.Job, w, expr, len(v), want)
				}
			}
		}
		before := counted(recording.Classic)
		truth := p.Stop(t)
		if n := float64(truth.Operations); n < before || n > 100*before || truth.Errors != 0 {
			t.Errorf("%s: the load has counted %+v, the last scrape but one %v", p.Job, truth, before)
		}
		r.Forget(p.Job)
		for _, w := range recording.Worlds() {
			process.Eventually(t, "the end of the series of "+p.Job, func() bool { return counted(w) == 0 })
		}
	}
}
