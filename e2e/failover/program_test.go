package failover

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

const checkInterval = 500 * time.Millisecond

// A program is what somebody writes who has Redis with sentinels.
type program struct {
	url   string
	store kvdb.Store // with its instrumentation
	bare  *kvredis.Store
	log   process.Buffer
}

// run runs one until the end of the test.
func (d *deployment) run(t *testing.T) *program {
	t.Helper()
	p := new(program)
	var err error
	p.bare, err = kvredis.Open(t.Context(), strings.Join(d.sentinels, ","), &kvredis.OpenOptions{
		Options: kvredis.Options{Heartbeat: "heart"},
		Redis:   &redis.UniversalOptions{MasterName: primary, MaxRetries: -1}, // what failed is the caller's to try again
		Timeout: process.Soon,
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "replicas", func() bool { // so that nobody waits for the second reading of the statistics
		lags, err := p.bare.ReplicationLag(t.Context())
		return err == nil && len(lags) == 2
	})
	obs, err := observe.Start(t.Context(), observe.WithAddress("127.0.0.1:0"), observe.WithProfiles(""), observe.WithDrain(0),
		observe.WithCheckInterval(checkInterval), observe.WithStoreChecks(func(s observe.StoreInfo) []health.Check { return s.Checks(checkInterval) }),
		observe.WithTelemetryOptions(otelsetup.WithLogWriter(&p.log)))
	if err != nil {
		t.Fatal(err)
	}
	p.url = "http://" + obs.Addr().String()
	p.store, err = obs.Wrap(p.bare)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), process.Soon)
		defer cancel()
		if err := p.store.Close(); err != nil {
			t.Error(err)
		}
		if err := obs.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		testutil.CheckLog(t, p.log.String())
	})
	eventually(t, "readiness", func() bool { status, _ := p.get(t, "/readyz"); return status == http.StatusOK })
	eventually(t, "the metrics of both replicas", func() bool {
		return p.sum(t, "kvdb_replication_connected") == 2 && p.sum(t, "kvdb_failovers_total") == 0
	})
	return p
}

func (p *program) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	return process.Get(t, p.url+path)
}

// sum returns the sum of the series of a metric that have all these texts among their labels; NaN of none.
func (p *program) sum(t *testing.T, metric string, labels ...string) float64 {
	t.Helper()
	_, page := p.get(t, "/metrics")
	total, found := 0.0, false
series:
	for line := range strings.Lines(page) {
		name, value, is := strings.Cut(strings.TrimSpace(line), " ")
		rest, ours := strings.CutPrefix(name, metric+"{")
		if !is || !ours {
			continue
		}
		for _, label := range labels {
			if !strings.Contains(rest, label) {
				continue series
			}
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		total += n
		found = true
	}
	if !found {
		return math.NaN()
	}
	return total
}

func of(replica string) string { return `kvdb_replica="` + replica + `"` }

// becomes waits until readiness has a status, and says this of a check.
func (p *program) becomes(t *testing.T, status int, says string) {
	t.Helper()
	eventually(t, says, func() bool {
		got, body := p.get(t, "/readyz?verbose")
		return got == status && strings.Contains(body, says)
	})
}

// lines returns those of the log that have this in a field.
func (p *program) lines(t *testing.T, field, value string) (found []map[string]any) {
	t.Helper()
	for text := range strings.Lines(p.log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if line[field] == value {
			found = append(found, line)
		}
	}
	return found
}
