package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// TestRestart: what was acknowledged is there when the store is opened again,
// and the program goes on from it.
func TestRestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "store")
	if err := os.Mkdir(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	stopped := regexp.MustCompile(`stopped after (\d+) operations, \d+ errors, (\d+) orders placed`)
	var placed int
	for _, kill := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		p := start(t, freePorts("-pprof", "", "-dir", dir, "-fault", "errors")...)
		p.eventually("orders", func() bool {
			return sample(t, p, `kvdb_requests_total{db_namespace="quickstart",db_operation_name="BATCH",db_system_name="pebble",kvdb_outcome="ok"}`) > 20
		})
		if err := p.cmd.Process.Signal(kill); err != nil {
			t.Fatal(err)
		}
		if status := p.Wait(t); status != 0 {
			t.Fatalf("exit status %d after %v", status, kill)
		}
		m := stopped.FindStringSubmatch(lastLine(p.Stderr.String()))
		if m == nil {
			t.Fatalf("the last line is %q", lastLine(p.Stderr.String()))
		}
		n, _ := strconv.Atoi(m[2])
		placed += n
	}
	if got := countOrders(t, dir); got != placed || placed == 0 {
		t.Errorf("%d orders in the store, %d were acknowledged", got, placed)
	}
}

// TestKilled: a process that had no time to stop has lost nothing either that
// it had acknowledged.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	p := start(t, freePorts("-pprof", "", "-dir", dir)...)
	series := `kvdb_requests_total{db_namespace="quickstart",db_operation_name="BATCH",db_system_name="pebble",kvdb_outcome="ok"}`
	p.eventually("orders", func() bool { return sample(t, p, series) > 20 })
	placed := int(sample(t, p, series))
	_ = p.cmd.Process.Kill()
	p.Wait(t)
	if got := countOrders(t, dir); got < placed {
		t.Errorf("%d orders in the store, at least %d were acknowledged", got, placed)
	}
}

func countOrders(t *testing.T, dir string) (n int) {
	t.Helper()
	store, err := kvpebble.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, err := range store.ScanPrefix(t.Context(), []byte("order:")) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
