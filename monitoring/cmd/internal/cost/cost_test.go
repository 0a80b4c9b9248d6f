package cost_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/cost"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/otelsetup"
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
				want := cost.Store(e, tt.setting)
				if got := p.settled(e); got != want {
					t.Errorf("%d series after Wrap, %d are computed\n%s", got, want, p.difference(e, tt.setting))
				}
				p.use()
				tt.setting.InUse = []catalog.Operation{catalog.Get, catalog.Put, catalog.Delete}
				want = cost.Store(e, tt.setting)
				if got := p.settled(e); got != want {
					t.Errorf("%d series in use, %d are computed\n%s", got, want, p.difference(e, tt.setting))
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
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	store, err := instrument.Wrap(bare, append(options, instrument.WithTelemetry(tel))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(store.Close(), tel.Shutdown(context.WithoutCancel(t.Context()))); err != nil {
			t.Error(err)
		}
	})
	return &program{t: t, ctx: t.Context(), store: store, page: tel.MetricsHandler()}
}

// open opens an engine as its users do.
func open(t *testing.T, e engine.Engine) kvdb.Store {
	t.Helper()
	var s kvdb.Store
	var err error
	switch dir := t.TempDir(); e.System {
	case "pebble":
		s, err = kvpebble.Open(dir, nil)
	case "bbolt":
		s, err = kvbolt.Open(filepath.Join(dir, "db"), nil)
	case "memory":
		s = kvdb.NewMemory(nil)
	default:
		t.Fatalf("this test cannot open %s", e.System)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := kvdb.As[kvdb.Describer](s); !ok || d.Describe().System != e.System {
		t.Fatalf("the store does not call itself %q", e.System)
	}
	return s
}

// use makes the operations that every store has succeed, and one of them miss.
func (p *program) use() {
	p.t.Helper()
	key := []byte("key")
	_, miss := p.store.Get(p.ctx, key)
	if !errors.Is(miss, kvdb.ErrNotFound) {
		p.t.Fatal(miss)
	}
	if err := p.store.Put(p.ctx, key, []byte("value")); err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.store.Get(p.ctx, key); err != nil {
		p.t.Fatal(err)
	}
	if err := p.store.Delete(p.ctx, key); err != nil {
		p.t.Fatal(err)
	}
}

// settled returns how many series the store has once the statistics of its engine
// have been read, which happens in the background.
func (p *program) settled(e engine.Engine) int {
	p.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		series := p.series()
		if len(e.Stats) == 0 || series["kvdb_engine_disk_size_bytes"] > 0 {
			return total(series)
		}
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			p.t.Fatal("the statistics of the engine did not come")
		}
	}
}

// series returns how many samples each metric of the store has on the page.
func (p *program) series() map[string]int {
	p.t.Helper()
	answer := httptest.NewRecorder()
	p.page.ServeHTTP(answer, httptest.NewRequestWithContext(p.ctx, http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		p.t.Fatalf("/metrics: %d", answer.Code)
	}
	counts := make(map[string]int)
	for line := range strings.Lines(answer.Body.String()) {
		if name, labels, ok := strings.Cut(line, "{"); ok && strings.Contains(labels, "db_system_name=") && name[0] != '#' {
			counts[name]++
		}
	}
	return counts
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
