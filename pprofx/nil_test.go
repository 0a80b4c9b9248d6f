package pprofx

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestNilProfiler(t *testing.T) {
	var p *Profiler
	if path := p.OnSlow(t.Context(), "get", time.Second); path != "" {
		t.Errorf("a nil Profiler promises %s", path)
	}
	_, err1 := p.Capture(t.Context(), "")
	_, err2 := p.Record(t.Context(), "heap", 0, "")
	_, err3 := p.StartCPU(t.Context(), "")
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, ErrNoDirectory) {
			t.Errorf("a nil Profiler fails with %v", err)
		}
	}
	if a := p.Addr(); a != nil {
		t.Errorf("a nil Profiler listens at %v", a)
	}
	p.OnTransition(t.Context(), Transition{Check: "database", WasOK: true})
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/debug/pprof/heap", http.NoBody))
	if w.Code != http.StatusNotFound {
		t.Errorf("a nil Profiler answers %d", w.Code)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
