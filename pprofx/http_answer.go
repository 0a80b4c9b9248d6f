package pprofx

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const prefix = "/debug/pprof/"

// An answer is a profile on its way to a client.
type answer struct {
	file   string
	text   bool
	lasts  time.Duration // to record
	record func(ctx context.Context) ([]byte, error)
}

// describe sets the headers as net/http/pprof does.
func (a answer) describe(h http.Header) {
	if a.text {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		return
	}
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", a.file))
}

// fail answers so that go tool pprof shows the text.
func fail(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Go-Pprof", "1")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}
