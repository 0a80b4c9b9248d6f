package observe_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// What is nil or zero does nothing, as in a deferred call beside an error of Start
// or Wrap. The operations of a store are the exception: there is none below.
func TestNilReceivers(t *testing.T) {
	for _, s := range []*observe.Store{nil, {}} {
		testutil.CallNil(t, s, "Get", "Put", "Delete")
	}
	testutil.CallNil(t, observe.StoreInfo{})
	for _, o := range []*observe.Observer{nil, {}} {
		testutil.CallNil(t, o)
	}
}

// A nil or zero Observer says what it is where it cannot do what it is asked.
func TestNilObserver(t *testing.T) {
	for _, o := range []*observe.Observer{nil, {}} {
		if err := o.Drain(t.Context()); err != nil {
			t.Errorf("Drain: %v", err)
		}
		if err := o.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		engine := kvdb.NewMemory(nil)
		const want = "observe: the Observer was not started: use Start, and check its error"
		if _, err := o.Wrap(engine); err == nil || err.Error() != want {
			t.Errorf("Wrap: %v", err)
		}
		if err := engine.Ping(t.Context()); err != nil {
			t.Errorf("the store is not as it was: %v", err)
		}
		if _, err := o.NewRecorder(kvdb.Info{System: "x"}, []string{"get"}); err == nil || err.Error() != want {
			t.Errorf("NewRecorder: %v", err)
		}
		o.Logger().Info("nobody reads this")
		if o.Addr() != nil || o.Failed() != nil {
			t.Error("it serves")
		}
		// A server without a handler would serve http.DefaultServeMux.
		w := httptest.NewRecorder()
		o.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("/metrics is answered with %d", w.Code)
		}
	}
}
