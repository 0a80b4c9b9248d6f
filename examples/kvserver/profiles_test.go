package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// TestProfiles: an engine with files keeps evidence beside them, and profiles
// are there with telemetry and without.
func TestProfiles(t *testing.T) {
	for _, tt := range []struct {
		name     string
		args     []string
		evidence bool
	}{
		{"pebble", []string{"-engine", "pebble"}, true},
		{"bolt", []string{"-engine", "bolt", "-telemetry=false"}, true},
		{"memory", []string{"-engine", "memory"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			args := append([]string{"-pprof", "127.0.0.1:0"}, tt.args...)
			if tt.evidence {
				args = append(args, "-dir", dir)
			}
			r := launch(t, args...)
			url := regexp.MustCompile(`http://\S+/debug/pprof/`).FindString(r.stderr.String())
			res, err := http.Get(url + "heap")
			if err != nil {
				t.Fatal(err)
			}
			defer http.DefaultClient.CloseIdleConnections()
			defer res.Body.Close()
			if body, err := io.ReadAll(res.Body); err != nil || !strings.HasPrefix(string(body), "\x1f\x8b") {
				t.Errorf("%s, %v: %.100q", res.Status, err, body)
			}
			_, err = os.Stat(filepath.Join(dir, "profiles"))
			if there := err == nil; there != tt.evidence || strings.Contains(r.stderr.String(), "evidence") != tt.evidence {
				t.Errorf("%v, %s", err, r.stderr.String())
			}
			if status := r.stop(); status != 0 {
				t.Errorf("exit status %d: %s", status, r.stderr.String())
			}
		})
	}
}

func TestProfilesOffByDefault(t *testing.T) {
	dir := t.TempDir()
	r := launch(t, "-dir", dir)
	if _, err := os.Stat(filepath.Join(dir, "profiles")); !os.IsNotExist(err) || strings.Contains(r.stderr.String(), "pprof") {
		t.Errorf("%v, %s", err, r.stderr.String())
	}
}

func TestProfilesRefused(t *testing.T) {
	t.Setenv(program.TokenVariable, "")
	var stderr process.Buffer
	args := []string{"-engine", "memory", "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-pprof", ":0"}
	if status := run(t.Context(), args, &stderr); status != 1 || !strings.Contains(stderr.String(), "credentials") {
		t.Errorf("exit status %d: %s", status, stderr.String())
	}
}
