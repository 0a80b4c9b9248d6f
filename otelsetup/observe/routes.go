package observe

import (
	"fmt"
	"net/http"

	"github.com/otelkv/otelkv/health"
)

// index lists what there is for everybody.
const index = `/metrics    for Prometheus
/healthz    200 alive, or 500 and why; also /livez
/readyz     200 ready, or 503 and why; ?verbose for each check, /readyz/{check} for one
/startupz   200 started, or 503 and why
/loglevel   {"level":"info"}; PUT changes it
`

// mount adds everything to a mux. A pattern that the mux has already makes it
// panic, which is an error here.
func mount(mux *http.ServeMux, probes *health.Health, metrics, logLevel http.Handler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("WithMux: leave out of the mux what is added here: %v", v)
		}
	}()
	probes.Mount(mux)
	mux.Handle("/metrics", metrics)
	mux.Handle("/loglevel", logLevel)
	return nil
}

// newMux returns a mux that lists what there is.
func (o *Observer) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	elsewhere := o.elsewhere()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		text := index
		if o.cfg.trusted.allows(r) {
			text += elsewhere
		}
		answer(w, http.StatusOK, text)
	})
	return mux
}

// elsewhere is what there is at other places, which strangers need not know.
func (o *Observer) elsewhere() (text string) {
	if a := o.profiler.Addr(); a != nil && a.Network() == "unix" {
		text = "profiles    curl --unix-socket " + a.String() + " http://localhost/debug/pprof/\n"
	} else if a != nil {
		text = "profiles    http://" + a.String() + "/debug/pprof/\n"
	}
	if dir := o.directory(); dir != "" {
		text += "evidence    " + dir + "\n"
	}
	return text
}

// answer writes text that no cache keeps.
func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // who is gone needs no answer
}
