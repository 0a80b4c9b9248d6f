package program

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup/observe"
)

// observed starts what the flag -pprof says.
func observed(t *testing.T, a Address, dir string) (*observe.Observer, error) {
	t.Helper()
	a.Flag = "-pprof"
	o, err := observe.Start(t.Context(), append(a.Profiles(dir), observe.WithAddress(""), observe.WithLogger(zap.NewNop()))...)
	if err != nil {
		return nil, a.ProfilesError(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return o, nil
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

// TestProfilesOff: without an address there is neither a profile nor evidence.
func TestProfilesOff(t *testing.T) {
	a := Address{}
	o, err := observed(t, a, t.TempDir())
	if err != nil || o.Profiler() != nil || Greeting(o, a.Evidence(t.TempDir())) != "" {
		t.Errorf("%v, %v", o.Profiler(), err)
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
		{name: "no port", address: "127.0.0.1:none", says: []string{"host:port"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(TokenVariable, c.token)
			_, err := observed(t, Address{HostPort: c.address, Given: true}, c.dir)
			for _, says := range c.says {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%v, want %q", err, says)
				}
			}
		})
	}
	t.Run("public with a token", func(t *testing.T) {
		const token = "4f1c1d9a2b7e8f60"
		t.Setenv(TokenVariable, token)
		o, err := observed(t, Address{HostPort: ":0", Given: true}, "")
		if err != nil {
			t.Fatal(err)
		}
		url, _, _ := strings.Cut(strings.TrimSpace(Greeting(o, "")), " ")
		for given, want := range map[string]int{"": 401, "wrong": 401, token: 200} {
			if got := status(t, url, given); got != want {
				t.Errorf("with the token %q: %d, want %d", given, got, want)
			}
		}
	})
}

// A default address is no more than that: observe takes a free port.
func TestDefaultProfiles(t *testing.T) {
	for range 2 {
		dir := t.TempDir()
		a := Address{HostPort: "127.0.0.1:6060"}
		o, err := observed(t, a, dir)
		if err != nil {
			t.Fatal(err)
		}
		greeting := Greeting(o, a.Evidence(dir))
		url, _, _ := strings.Cut(strings.TrimSpace(greeting), " ")
		if status(t, url, "") != http.StatusOK || !strings.Contains(greeting, filepath.Join(dir, "profiles")+"   evidence") {
			t.Errorf("%s", greeting)
		}
	}
}

func TestProfilesSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a socket has no permissions here")
	}
	socket := filepath.Join(t.TempDir(), "socket")
	o, err := observed(t, Address{HostPort: "unix:" + socket, Given: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Greeting(o, ""), "  curl --unix-socket "+socket+" http://localhost/debug/pprof/   profiles\n"; got != want {
		t.Errorf("%q, want %q", got, want)
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
