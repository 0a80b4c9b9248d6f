package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// TestRefusals: each ends with one line that says what to do.
func TestRefusals(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	running := start(t, freePorts("-pprof", "", "-dir", t.TempDir())...)
	corrupt := corruptStore(t)

	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-rate", "0"}, 2, "-rate is 0"},
		{[]string{"-rate", "-1"}, 2, "-rate is -1"},
		{[]string{"-rate", "NaN"}, 2, "-rate is NaN"},
		{[]string{"-rate", "+Inf"}, 2, "-rate is +Inf"},
		{[]string{"-rate", "many"}, 2, "-rate"},
		{[]string{"-unknown"}, 2, "-unknown"},
		{[]string{"more"}, 2, `unexpected argument "more"`},
		{[]string{"-dir", ""}, 2, "-dir is empty"},
		{[]string{"-fault", "flood"}, 2, fault.Names()},
		{[]string{"-engine", "etcd"}, 2, "use pebble, bolt, badger or redis"},
		{[]string{"-engine", "redis"}, 2, "say where with -target"},
		{[]string{"-target", "127.0.0.1:6379"}, 2, "-target: engine pebble is in this program"},
		{[]string{"-heartbeat", "beat"}, 2, "-heartbeat: engine pebble is in this program"},
		{[]string{"-master", "main", "-engine", "bolt"}, 2, "-master: engine bolt is in this program"},
		{[]string{"-engine", "redis", "-target", "127.0.0.1:6379", "-fault", "disk"}, 2, "takes the engine pebble or bolt or badger, and this one is redis"},
		{[]string{"-engine", "bolt", "-fault", "stall"}, 2, "takes the engine pebble"},
		{[]string{"-engine", "badger", "-fault", "fulldisk"}, 2, "and this one is badger"},
		{[]string{"-engine", "badger", "-fault", "slowdisk"}, 2, "and this one is badger"},
		{[]string{"-engine", "badger", "-fault", "oldread"}, 2, "and this one is badger"},
		{[]string{"-engine", "badger", "-fault", "freelist"}, 2, "and this one is badger"},
		{[]string{"-engine", "badger", "-fault", "engine"}, 2, "and this one is badger"},
		{[]string{"-fault", "oldread"}, 2, "takes the engine bolt"},
		{[]string{"-drain", "-1s"}, 2, "-drain is -1s"},
		{[]string{"-drain", "long"}, 2, "-drain"},
		{[]string{"-listen", "8080"}, 2, "use host:port"},
		{[]string{"-pprof", "6060"}, 2, "use host:port"},
		{[]string{"-pprof", ":6060"}, 1, "credentials"},
		{[]string{"-pprof", "0.0.0.0:6060"}, 1, "credentials"},
		{[]string{"-pprof", "192.0.2.1:6060"}, 1, "credentials"},
		{[]string{"-listen", taken.Addr().String()}, 1, "choose another address"},
		{[]string{"-pprof", taken.Addr().String()}, 1, "choose another address"},
		{[]string{"-dir", file}, 1, "name a directory"},
		{[]string{"-dir", filepath.Join(file, "below")}, 1, "name a directory"},
		{[]string{"-dir", argument(running, "-dir")}, 1, "stop the other process"},
		{[]string{"-dir", corrupt}, 1, "restore them from a backup"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			p := command(t, freePorts(c.args...)...)
			p.begin()
			if status := p.Wait(t); status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
			says := p.Stderr.String()
			if !strings.HasPrefix(says, "quickstart: ") || !strings.Contains(says, c.says) || strings.Count(says, "\n") != 1 {
				t.Errorf("it says %q, want one line with %q", says, c.says)
			}
			if p.Stdout.String() != "" {
				t.Errorf("standard output: %s", p.Stdout.String())
			}
		})
	}
	running.stop()
}

// argument returns the last value of a flag on a process's command line.
func argument(p *quickstart, flag string) (value string) {
	for i, arg := range p.cmd.Args[:len(p.cmd.Args)-1] {
		if arg == flag {
			value = p.cmd.Args[i+1]
		}
	}
	return value
}

// corruptStore returns the directory of a store whose manifest is damaged.
func corruptStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	store, err := kvpebble.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	manifests, err := filepath.Glob(filepath.Join(dir, "MANIFEST-*"))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("manifests: %v, %v", manifests, err)
	}
	for _, name := range manifests {
		if err := os.WriteFile(name, []byte("this is no manifest, and long enough to be read as one"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestHelp(t *testing.T) {
	var stderr process.Buffer
	if status := run(t.Context(), []string{"-help"}, &stderr); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
	for _, flag := range []string{"-listen", "-pprof", "-dir", "-rate", "-engine", "-fault", "-drain", "-target", "-master", "-heartbeat"} {
		if !strings.Contains(stderr.String(), flag) {
			t.Errorf("the help does not name %s:\n%s", flag, stderr.String())
		}
	}
}
