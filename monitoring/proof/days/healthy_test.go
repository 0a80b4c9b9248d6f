package days

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/otelkv/otelkv/monitoring"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// shipped is the text of a file that ships.
func shipped(t *testing.T, name string) []byte {
	t.Helper()
	text, err := monitoring.Files().ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// book are the rules that ship, and those of a capacity, which ship for who knows theirs.
func book(t *testing.T) []rulefmt.Rule {
	t.Helper()
	p := generate.Defaults()
	p.Capacity = Capacity
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	all := rulesOf(t, []byte(files[0].Text))
	for _, r := range rulesOf(t, shipped(t, "rules.yaml")) {
		if !slices.ContainsFunc(all, func(o rulefmt.Rule) bool { return o.Alert == r.Alert && o.Record == r.Record && o.Expr == r.Expr }) {
			t.Errorf("%s%s ships, and is not among the rules of a capacity", r.Record, r.Alert)
		}
	}
	return all
}

func rulesOf(t *testing.T, text []byte) []rulefmt.Rule {
	t.Helper()
	all, err := Rules(text)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// pass lets a day pass, and returns what the receivers of alertmanager.yaml got.
func pass(t *testing.T, services ...*Service) (*Day, []Notification) {
	t.Helper()
	db, err := prometheus.Open(t.TempDir(), prometheus.Options{Late: 25 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &Day{Services: services, DB: db}
	if err := d.Run(t.Context(), book(t)); err != nil {
		t.Fatal(err)
	}
	return d, deliver(t, d, string(shipped(t, "alertmanager.yaml")))
}

func deliver(t *testing.T, d *Day, configuration string) (sent []Notification) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var err error
		if sent, err = d.Notify(t.Context(), configuration); err != nil {
			t.Fatal(err)
		}
	})
	return sent
}

func TestHealthyDay(t *testing.T) {
	for _, w := range AllWorlds {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			_, sent := pass(t, Healthy(w)...)
			watched := 0
			for _, n := range sent {
				if n.Receiver == "deadman" {
					watched++
					continue
				}
				t.Error(n)
			}
			if watched < Minutes*4/10 {
				t.Errorf("the watchdog was heard %d times", watched)
			}
		})
	}
}
