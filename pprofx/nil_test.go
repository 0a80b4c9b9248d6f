package pprofx

import (
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
