package recording

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/scrape"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// A Recorder scrapes programs until the end of the test.
type Recorder struct {
	scrapers []*scraper

	mu      sync.Mutex
	targets map[string]string // addresses by jobs
}

// A scraper is the part of a server that scrapes, with its database.
type scraper struct {
	world   World
	db      *prometheus.DB
	manager *scrape.Manager
	targets chan map[string][]*targetgroup.Group
}

// reload is how often a scraper looks whether its targets are others.
const reload = model.Duration(200 * time.Millisecond)

// Start returns a recorder that has no targets yet.
func Start(t testing.TB) *Recorder {
	t.Helper()
	r := &Recorder{targets: make(map[string]string)}
	for _, w := range Worlds() {
		r.scrapers = append(r.scrapers, startScraper(t, w))
	}
	return r
}

func startScraper(t testing.TB, w World) *scraper {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	db, err := prometheus.Open(t.TempDir(), prometheus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("the database of the %s world: %v", w, err)
		}
	})
	c, err := config.Load(w.config(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	m, err := scrape.NewManager(&scrape.Options{DiscoveryReloadInterval: reload}, quiet, nil, nil, db, client.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.ApplyConfig(c); err != nil {
		t.Fatal(err)
	}
	s := &scraper{world: w, db: db, manager: m, targets: make(chan map[string][]*targetgroup.Group)}
	var running sync.WaitGroup
	running.Go(func() { _ = m.Run(s.targets) })
	t.Cleanup(func() {
		m.Stop()
		running.Wait()
	})
	return s
}

// DB returns the database of a world.
func (r *Recorder) DB(w World) *prometheus.DB {
	at := slices.IndexFunc(r.scrapers, func(s *scraper) bool { return s.world == w })
	return r.scrapers[at].db
}

// Watch scrapes an address from now on, as a job of its own.
func (r *Recorder) Watch(job, address string) {
	r.change(func() { r.targets[job] = address })
}

// Forget does not scrape a job any more.
func (r *Recorder) Forget(job string) {
	r.change(func() { delete(r.targets, job) })
}

func (r *Recorder) change(how func()) {
	r.mu.Lock()
	how()
	targets := maps.Clone(r.targets)
	r.mu.Unlock()
	var groups []*targetgroup.Group
	for _, job := range slices.Sorted(maps.Keys(targets)) {
		address := model.LabelValue(targets[job])
		groups = append(groups, &targetgroup.Group{
			Source:  job,
			Targets: []model.LabelSet{{model.AddressLabel: address}},
			Labels:  model.LabelSet{model.JobLabel: model.LabelValue(job)},
		})
	}
	for _, s := range r.scrapers {
		s.targets <- map[string][]*targetgroup.Group{pool: groups}
	}
}
