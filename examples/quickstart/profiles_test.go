package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/examples/internal/program"
)

// testProfiles takes every profile of a running program.
func testProfiles(t *testing.T, url string) {
	const gzip, goTrace = "\x1f\x8b", "go 1."
	index := get(t, url)
	for path, begins := range map[string]string{
		"heap": gzip, "allocs": gzip, "goroutine": gzip, "mutex": gzip, "block": gzip, "threadcreate": gzip,
		"profile?seconds=0.2": gzip, "trace?seconds=0.2": goTrace,
		"goroutine?debug=1": "goroutine profile:",
	} {
		if body := get(t, url+path); !strings.HasPrefix(body, begins) {
			t.Errorf("%s begins with %.20q, want %q", path, body, begins)
		}
		if name, _, _ := strings.Cut(path, "?"); !strings.Contains(index, name) {
			t.Errorf("the index does not name %s", name)
		}
	}
	for _, path := range []string{"profile?seconds=61", "profile?seconds=0", "profile?seconds=x", "trace?seconds=11", "profile?seconds=NaN"} {
		if res := call(t, http.MethodGet, url+path); res.status != http.StatusBadRequest {
			t.Errorf("%s = %d, want 400", path, res.status)
		}
	}
	if res := call(t, http.MethodGet, url+"cmdline"); res.status != http.StatusNotFound {
		t.Errorf("cmdline = %d: it may hold secrets", res.status)
	}
}

// TestProfileEndsWithTheProgram: a profile that would take a minute does not
// keep the program for one.
func TestProfileEndsWithTheProgram(t *testing.T) {
	p := start(t, freePorts()...)
	profile := make(chan response, 1)
	go func() {
		defer close(profile)
		for {
			res := call(t, http.MethodGet, p.profiles+"profile?seconds=60")
			if res.status != http.StatusConflict { // with the short ones below
				profile <- res
				return
			}
		}
	}()
	p.eventually("a profile under way", func() bool {
		return call(t, http.MethodGet, p.profiles+"profile?seconds=0.01").status == http.StatusConflict
	})
	begin := time.Now()
	p.stop()
	if took := time.Since(begin); took > program.DrainTime {
		t.Errorf("stopping took %v", took)
	}
	if res := <-profile; res.status != http.StatusOK || !strings.HasPrefix(res.body, "\x1f\x8b") {
		t.Errorf("the profile that was cut short: %d, %d bytes", res.status, len(res.body))
	}
}
