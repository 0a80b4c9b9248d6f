package observe_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// A tenant's store that fails is closed: the program is ready, and neither probes nor
// metrics know of it, also when it comes back.
func TestTenants(t *testing.T) {
	o, _ := start(t, observe.WithCheckInterval(10*time.Millisecond))
	own := names(o.Health())
	for range 3 {
		below := testutil.NewFaulty()
		below.Info = kvdb.Info{System: "faulty", Namespace: "tenant"}
		below.Inject(testutil.On(testutil.Errors(kvdb.ErrCorruption), "ping"))
		tenant, err := o.Wrap(below)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "not ready", func() bool {
			status, body := get(t, o, "/readyz/")
			return status == http.StatusServiceUnavailable && strings.Contains(body, "database down\n")
		})
		if _, page := get(t, o, "/metrics"); !strings.Contains(page, `health_check_name="database"`) {
			t.Error("the tenant's check is on no metric")
		}
		if err := tenant.Close(); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{"/readyz": "ready\n", "/readyz/": "ready\n", "/readyz/database/": "no such check\n"} {
			if _, body := get(t, o, path); body != want {
				t.Errorf("%s: %q, want %q", path, body, want)
			}
		}
		if _, page := get(t, o, "/metrics"); strings.Contains(page, `health_check_name="database"`) {
			t.Error("the tenant's check is still on metrics")
		}
		if got := names(o.Health()); !slices.Equal(got, own) {
			t.Errorf("the checks are %v, want %v", got, own)
		}
	}
}

// Namespaces that are one in the names of checks, and some that are none there, do
// not keep a store from being wrapped.
func TestNamesOfTenants(t *testing.T) {
	o, _ := start(t)
	own := len(names(o.Health()))
	long := strings.Repeat("a", 50)
	for _, info := range []kvdb.Info{
		{System: "faulty", Namespace: "first"},
		{System: "faulty", Namespace: "a/b"},
		{System: "faulty", Namespace: "a:b"},
		{System: "other", Namespace: "a:b"},
		{System: "faulty", Namespace: long + "1"},
		{System: "faulty", Namespace: long + "2"},
		{System: "faulty", Namespace: "-dash"},
		{System: "faulty", Namespace: "…"},
		{System: "faulty", Namespace: "„"},
	} {
		below := testutil.NewFaulty()
		below.Info = info
		store, err := o.Wrap(below)
		if err != nil {
			t.Errorf("%+v: %v", info, err)
			continue
		}
		t.Cleanup(func() { _ = store.Close() })
	}
	got := names(o.Health())
	for i, prefix := range []string{"", "a_b ", "a_b-", "a_b-", long[:40] + " ", long[:31] + "-", "dash ", "store ", "store-"} {
		if name := got[own+5*i]; !strings.HasPrefix(name, prefix) || !strings.HasSuffix(name, "database") {
			t.Errorf("check %d is %q, want %q…", i, name, prefix)
		}
	}
}
