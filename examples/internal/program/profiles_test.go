package program

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
)

func startProfiles(t *testing.T, a Address, dir string, stderr *bytes.Buffer) (*Profiles, error) {
	t.Helper()
	a.Flag = "-pprof"
	p, err := StartProfiles(a, "shop", dir, zap.NewNop(), noop.NewMeterProvider(), stderr)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, err
}

func status(t *testing.T, url, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// TestProfilesOff: whoever has none need not ask first.
func TestProfilesOff(t *testing.T) {
	p, err := startProfiles(t, Address{}, t.TempDir(), nil)
	if p != nil || err != nil {
		t.Fatalf("%v, %v", p, err)
	}
	if id := p.OnSlow(t.Context(), instrument.SlowOperation{}); id != "" {
		t.Error(id)
	}
	p.OnTransition(t.Context(), health.Transition{})
	p.Report(nil)
	if p.Greeting() != "" || p.Dir() != "" {
		t.Errorf("%q, %q", p.Greeting(), p.Dir())
	}
}

func TestProfilesAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, address, dir, token string
		says                      []string
	}{
		{name: "taken", address: taken.Addr().String(), says: []string{"-pprof: ", "choose another address"}},
		{name: "public", address: ":0", says: []string{"-pprof: ", "credentials", TokenVariable}},
		{name: "public by address", address: "192.0.2.1:6060", says: []string{"credentials"}},
		{name: "short token", address: ":0", token: "short", says: []string{"credentials", TokenVariable}},
		{name: "no directory", address: "127.0.0.1:0", dir: file, says: []string{"with -dir"}},
		{name: "no port", address: "127.0.0.1:none", says: []string{"-pprof: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(TokenVariable, c.token)
			_, err := startProfiles(t, Address{HostPort: c.address, Given: true}, c.dir, nil)
			for _, says := range c.says {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%v, want %q", err, says)
				}
			}
		})
	}
	t.Run("default that is taken", func(t *testing.T) {
		var stderr bytes.Buffer
		p, err := startProfiles(t, Address{HostPort: taken.Addr().String()}, "", &stderr)
		if err != nil {
			t.Fatal(err)
		}
		if says := stderr.String(); !strings.HasPrefix(says, "shop: ") || !strings.HasSuffix(says, " instead (choose one with -pprof)\n") {
			t.Errorf("%q", says)
		}
		url, _, _ := strings.Cut(strings.TrimSpace(p.Greeting()), " ")
		if status(t, url, "") != http.StatusOK {
			t.Errorf("nothing at %s", url)
		}
	})
	t.Run("public with a token", func(t *testing.T) {
		const token = "4f1c1d9a2b7e8f60"
		t.Setenv(TokenVariable, token)
		p, err := startProfiles(t, Address{HostPort: ":0", Given: true}, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		url, _, _ := strings.Cut(strings.TrimSpace(p.Greeting()), " ")
		for given, want := range map[string]int{"": 401, "wrong": 401, token: 200} {
			if got := status(t, url, given); got != want {
				t.Errorf("with the token %q: %d, want %d", given, got, want)
			}
		}
	})
}

func TestProfilesSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a socket has no permissions here")
	}
	socket := filepath.Join(t.TempDir(), "socket")
	p, err := startProfiles(t, Address{HostPort: "unix:" + socket, Given: true}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "  curl --unix-socket " + socket + " http://localhost/debug/pprof/   profiles\n"; p.Greeting() != want {
		t.Errorf("%q, want %q", p.Greeting(), want)
	}
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestCheckProfiles(t *testing.T) {
	for address, ok := range map[string]bool{"": true, "127.0.0.1:6060": true, "unix:/run/profiles": true, "6060": false, "/run/profiles": false} {
		if err := (Address{Flag: "-pprof", HostPort: address}).CheckProfiles(); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// evidence returns the one file of a directory that a pattern finds, once it
// is there. A file that is being written has a name with a dot, which * finds.
func evidence(t *testing.T, dir, pattern string) string {
	t.Helper()
	for range 6000 {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 1 {
			return found[0]
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatalf("no %s in %s", pattern, dir)
	return ""
}

func TestEvidence(t *testing.T) {
	dir := t.TempDir()
	p, err := startProfiles(t, Address{HostPort: "127.0.0.1:0", Given: true}, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Dir() != filepath.Join(dir, "profiles") || !strings.Contains(p.Greeting(), p.Dir()) {
		t.Errorf("%s, %s", p.Dir(), p.Greeting())
	}
	id := p.OnSlow(t.Context(), instrument.SlowOperation{Operation: "get", Duration: time.Second})
	if got := evidence(t, p.Dir(), "[^.]*-flight-slow-get.*"); got != id {
		t.Errorf("the file is %s, its id %s", got, id)
	}

	failing := health.Check{Name: "disk", Kind: health.Readiness, Interval: time.Millisecond, Reason: "disk full"}
	failing.Run = func(context.Context) error { return errors.New("95 % used") }
	probes, err := health.New(health.WithMeterProvider(noop.NewMeterProvider()), health.WithChecks(failing))
	if err != nil {
		t.Fatal(err)
	}
	defer probes.Close()
	p.Report(probes)
	for range 6000 {
		if states := probes.States(); states[len(states)-1].Err != nil {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	for kind, check := range map[health.Kind]string{health.Readiness: "disk", health.Liveness: "loop"} {
		p.OnTransition(t.Context(), health.Transition{
			State: health.State{Name: check, Kind: kind, Status: health.StatusFail}, From: health.StatusPass,
		})
	}
	evidence(t, p.Dir(), "[^.]*-goroutine-liveness-loop.*.txt")
	text, err := os.ReadFile(evidence(t, p.Dir(), "[^.]*-health-readiness-disk.*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Checks map[string][]struct{ Kind, Status, Output string }
	}
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	if c := report.Checks["disk"]; len(c) != 1 || c[0].Kind != "readiness" || c[0].Status != "fail" || c[0].Output != "95 % used" {
		t.Errorf("%s", text)
	}
}
