package cost_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/cost"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// What is computed is what a scrape of a real store has, before its operations are
// in use and while they are, and what its first failure adds.
func TestStore(t *testing.T) {
	for _, e := range engine.All() {
		for name, tt := range map[string]struct {
			setting cost.Setting
			options []instrument.Option
		}{
			"default":        {cost.Setting{}, nil},
			"without compat": {cost.Setting{WithoutCompat: true}, []instrument.Option{instrument.WithoutCompatMetrics()}},
			"with sizes":     {cost.Setting{Sizes: true}, []instrument.Option{instrument.WithSizes()}},
			"lean with sizes": {
				cost.Setting{WithoutCompat: true, Sizes: true},
				[]instrument.Option{instrument.WithoutCompatMetrics(), instrument.WithSizes()},
			},
		} {
			t.Run(e.System+" "+name, func(t *testing.T) {
				p := newProgram(t, open(t, e), tt.options...)
				var want int
				for _, inUse := range [][]catalog.Operation{nil, {catalog.Get, catalog.Put, catalog.Delete}, catalog.Operations()} {
					p.use(inUse)
					tt.setting.InUse = inUse
					want = cost.Store(e, tt.setting)
					if got := p.settled(e); got != want {
						t.Errorf("%d series with %q in use, %d are computed\n%s", got, inUse, want, p.difference(e, tt.setting))
					}
				}
				if err := p.store.Put(p.ctx, nil, []byte("value")); err == nil {
					t.Fatal("an empty key is no error")
				}
				if got := p.settled(e); got != want+cost.Failure() {
					t.Errorf("%d series after an error, %d are computed", got, want+cost.Failure())
				}
			})
		}
	}
}

// A program is one with a wrapped store.
type program struct {
	t     *testing.T
	ctx   context.Context
	store *instrument.Store
	page  http.Handler
}

func newProgram(t *testing.T, bare kvdb.Store, options ...instrument.Option) *program {
	t.Helper()
	tel := start(t)
	store, err := instrument.Wrap(bare, append(options, instrument.WithTelemetry(tel))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &program{t: t, ctx: t.Context(), store: store, page: tel.MetricsHandler()}
}

// open opens an engine as its users do.
func open(t *testing.T, e engine.Engine) kvdb.Store {
	t.Helper()
	at := t.TempDir()
	if e.Info.Remote {
		at = redisserver.Start(t, "--maxmemory", "1gb").Address
	}
	s, err := e.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := kvdb.As[kvdb.Describer](s); !ok || d.Describe().System != e.System {
		t.Fatalf("the store does not call itself %q", e.System)
	}
	return s
}

// settled returns how many series the store has once the statistics of its engine
// have been read.
func (p *program) settled(e engine.Engine) int {
	p.t.Helper()
	if own := e.Metrics(); len(own) > 0 {
		until(p.t, p.page, own[0].PrometheusName(), 1)
	}
	return total(p.series())
}

// series returns how many samples each metric of the store has on the page.
func (p *program) series() map[string]int {
	p.t.Helper()
	counts := make(map[string]int)
	for line := range strings.Lines(scrape(p.t, p.page)) {
		if name, labels, ok := strings.Cut(line, "{"); ok && strings.Contains(labels, "db_system_name=") && name[0] != '#' {
			counts[name]++
		}
	}
	return counts
}

func scrape(t *testing.T, page http.Handler) string {
	t.Helper()
	answer := httptest.NewRecorder()
	page.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("/metrics: %d", answer.Code)
	}
	return answer.Body.String()
}

// until waits until a metric has so many series on a page: what is read in the
// background comes when it comes.
func until(t *testing.T, page http.Handler, metric string, series int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for strings.Count(scrape(t, page), "\n"+metric+"{") < series {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("there were never %d series of %s", series, metric)
		}
	}
}

func total(series map[string]int) (n int) {
	for _, count := range series {
		n += count
	}
	return n
}

// difference says by metric what there is and what is computed.
func (p *program) difference(e engine.Engine, s cost.Setting) string {
	var b strings.Builder
	got := p.series()
	for name, want := range cost.ByMetric(e, s) {
		there := got[name] + got[name+"_bucket"] + got[name+"_sum"] + got[name+"_count"]
		if there != want {
			fmt.Fprintf(&b, "%s: %d, computed %d\n", name, there, want)
		}
	}
	return b.String()
}
