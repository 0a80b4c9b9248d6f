package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/monitoring/objective"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// lockedBuffer is an output of lines.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

// A transaction of bbolt that somebody keeps open holds up all writes. Nothing fails,
// and reads go on; the age, the probe and two lines say so, and who holds what.
func TestHungWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the limit")
	}
	t.Parallel()
	below, err := kvbolt.Open(filepath.Join(t.TempDir(), "orders.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	out := new(lockedBuffer)
	store, o, err := observe.Wrap(t.Context(), below, observe.WithAddress(""), observe.WithProfiles(""), observe.WithDrain(0),
		observe.WithDirectory(t.TempDir()), observe.WithCheckInterval(100*time.Millisecond),
		observe.WithTelemetryOptions(otelsetup.WithLogWriter(out)))
	if err != nil {
		t.Fatal(err)
	}
	page := func(path string) string {
		w := httptest.NewRecorder()
		o.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Body.String()
	}
	release, held := make(chan struct{}), make(chan struct{})
	updater, _ := kvdb.As[kvdb.Updater](store)
	var callers sync.WaitGroup
	callers.Go(func() {
		_ = updater.Update(context.Background(), func(kvdb.Txn) error {
			close(held)
			<-release
			return nil
		})
	})
	<-held
	began := time.Now()
	for range 8 {
		callers.Go(func() { _ = store.Put(context.Background(), []byte("secret"), nil) })
	}
	stop := make(chan struct{})
	callers.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
				_, _ = store.Get(context.Background(), []byte("key"))
			}
		}
	})
	said := func() bool { return strings.Contains(page("/readyz"), "operations hanging") }
	for !said() {
		if time.Since(began) > objective.OperationAge+time.Minute {
			t.Fatalf("/readyz says %q, the log:\n%s", page("/readyz?verbose"), out.text())
		}
		<-time.After(100 * time.Millisecond)
	}
	if took := time.Since(began); took < objective.OperationAge {
		t.Errorf("/readyz says so after %v", took)
	}
	metrics := page("/metrics")
	if at := strings.Index(metrics, "\nkvdb_in_flight_oldest_age_seconds{"); at < 0 || !strings.Contains(strings.SplitN(metrics[at+1:], "\n", 2)[0], "} 3") {
		t.Errorf("/metrics has no age of thirty seconds")
	}
	line := func() (line struct{ Message, Operation, Level, Stack, Reason string }) {
		for text := range strings.Lines(out.text()) {
			if strings.Contains(text, "in flight for long") {
				if err := json.Unmarshal([]byte(text), &line); err != nil {
					t.Error(err)
				}
				return line
			}
		}
		return line
	}
	for line().Message == "" && time.Since(began) < objective.OperationAge+time.Minute {
		<-time.After(100 * time.Millisecond)
	}
	if l := line(); l.Operation != "put" || l.Level != "error" || !strings.Contains(l.Stack, "kvbolt.(*Store).Put") ||
		!strings.Contains(l.Stack, "e2e_test.TestHungWrites") || strings.Contains(l.Stack, "secret") {
		t.Errorf("the line is %+v", l)
	}
	close(release)
	for began := time.Now(); said(); <-time.After(100 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatalf("it is over, and /readyz says %q", page("/readyz?verbose"))
		}
	}
	close(stop)
	callers.Wait()
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	if err := o.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}
