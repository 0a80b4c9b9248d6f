package main

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// TestWatch: a Prometheus scrapes the program, evaluates the rules, and ends with the
// program, however that ends; what it has written is removed.
func TestWatch(t *testing.T) {
	process.Installed(t, "prometheus")
	for name, end := range map[string]func(p *quickstart){
		"stopped": func(p *quickstart) { p.stop() },
		"killed": func(p *quickstart) {
			_ = p.cmd.Process.Kill()
			p.Wait(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, freePorts("-pprof", "", "-watch", "-rate", "50")...)
			server := regexp.MustCompile(`(http://\S+)/alerts`).FindStringSubmatch(p.Stderr.String())
			if server == nil {
				t.Fatalf("the greeting names no Prometheus: %s", p.Stderr.String())
			}
			has := func(path, text string) func() bool {
				return func() bool { return strings.Contains(get(t, server[1]+path), text) }
			}
			p.eventually("what was scraped", has("/api/v1/query?query=kvdb_requests_total", `"job":"quickstart"`))
			p.eventually("an alert that fires", has("/api/v1/alerts", "KVWatchdog"))
			if page := get(t, p.web+"/"); !strings.Contains(page, `href="`+server[1]+`/alerts"`) {
				t.Errorf("the page does not link to %s: %s", server[1], page)
			}
			written := filepath.Join(p.temp, "otelkv-watch-*")
			if dirs, err := filepath.Glob(written); len(dirs) != 1 {
				t.Errorf("it writes into %q, %v", dirs, err)
			}
			end(p)
			process.Eventually(t, "the end of Prometheus", func() bool {
				var d net.Dialer
				conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(server[1], "http://"))
				if err != nil {
					return true
				}
				_ = conn.Close()
				return false
			})
			process.Eventually(t, "the end of its directory", func() bool {
				dirs, err := filepath.Glob(written)
				return err == nil && len(dirs) == 0
			})
		})
	}
}

// TestWatchStays: a program that starts again has the Prometheus of the one before.
func TestWatchStays(t *testing.T) {
	process.Installed(t, "prometheus")
	p := start(t, freePorts("-pprof", "", "-watch", "-rate", "50", "-fault", "restart:1s")...)
	server := regexp.MustCompile(`(http://\S+)/alerts`).FindStringSubmatch(p.Stderr.String())[1]
	p.eventually("starts that were scraped", func() bool {
		page := get(t, server+"/api/v1/query?query=changes(process_start_time_seconds%5B1m%5D)%3E1")
		return strings.Contains(page, `"job":"quickstart"`)
	})
	p.stop()
	if dirs, err := filepath.Glob(filepath.Join(p.temp, "otelkv-*")); len(dirs) != 0 || err != nil {
		t.Errorf("%q are left, %v", dirs, err)
	}
}

// TestNothingToWatchWith: without the server there is one line that says what to do; so it
// is with one that ends.
func TestNothingToWatchWith(t *testing.T) {
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "prometheus"), []byte("#!/bin/sh\necho no room >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		t.TempDir():                      "quickstart: -watch: exec: \"prometheus\": executable file not found in $PATH: install Prometheus",
		broken + ":" + os.Getenv("PATH"): "prometheus: ended with exit status 3: no room\nquickstart: -watch: Prometheus has ended",
	} {
		p := command(t, freePorts("-watch")...)
		p.cmd.Env = append(p.cmd.Env, "PATH="+path)
		p.begin()
		if status := p.Wait(t); status != 1 || !strings.HasPrefix(p.Stderr.String(), says) {
			t.Errorf("with the path %s it exits with %d and says %s, want %s", path, status, p.Stderr.String(), says)
		}
		if dirs, err := filepath.Glob(filepath.Join(p.temp, "*")); len(dirs) != 0 || err != nil {
			t.Errorf("%q are left, %v", dirs, err)
		}
	}
}
