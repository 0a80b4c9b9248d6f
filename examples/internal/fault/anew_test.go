package fault_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// TestProgramsRestart: what KVRestarting reads changes again and again while the fault is on, at
// the same addresses and with the same data, and no more after it.
func TestProgramsRestart(t *testing.T) {
	t.Parallel()
	for _, name := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, name)
			if name == "kvserver" {
				if reply, err := r.do("SET key value"); err != nil || reply != "+OK" {
					t.Fatalf("SET: %s, %v", reply, err)
				}
			}
			r.turn("restart:500ms")
			r.wantRestarts(3)
			r.turn("none")
			r.eventually("a process that stays", func() bool {
				_, on, err := r.try(http.MethodGet, "/fault")
				return err == nil && on == "none\n" && r.started() > 0
			})
			at := r.started()
			lines := strings.Count(r.Stdout.String(), `"message":"started"`)
			if name == "kvserver" {
				if reply, err := r.do("EXISTS key"); err != nil || reply != ":1" {
					t.Errorf("EXISTS after the fault: %s, %v", reply, err)
				}
			}
			r.turn("slow") // a fault without a restart is on in the same process
			r.turn("none")
			if now := r.started(); now != at || lines < 4 || lines != strings.Count(r.Stdout.String(), `"message":"started"`) {
				t.Errorf("it has started %d times, the last one at %v and then %v", lines, at, now)
			}
			r.stop()
		})
	}
}

// wantRestarts waits until the start time has changed so often.
func (r *running) wantRestarts(n int) {
	r.t.Helper()
	seen := make(map[float64]bool)
	r.eventually(fmt.Sprintf("%d restarts", n), func() bool {
		if at := r.started(); at > 0 {
			seen[at] = true
		}
		return len(seen) > n
	})
}

// TestProgramsTelemetry: what KVTelemetryLossy reads grows while the fault is on, by -fault and by
// POST, and nothing is exported after it.
func TestProgramsTelemetry(t *testing.T) {
	const lost = `otel_sdk_exporter_(span|log)_exported_total\{error_type="_OTHER",.*`
	for _, name := range programs {
		for _, args := range [][]string{nil, {"-fault", "telemetry"}} {
			t.Run(fmt.Sprint(name, args), func(t *testing.T) {
				t.Parallel()
				r := start(t, name, args...)
				if args == nil {
					if _, n := r.series(lost); n > 0 {
						t.Errorf("%d exporters without the fault", n)
					}
					r.turn("telemetry")
				}
				r.eventually("lost telemetry", func() bool {
					if name == "kvserver" {
						_, _ = r.do("GET key") // which is traced
					}
					v, _ := r.series(lost)
					return v > 0
				})
				r.turn("none")
				r.eventually("the end of it", func() bool {
					_, n := r.series(lost)
					return n == 0 && r.started() > 0
				})
				r.stop()
			})
		}
	}
}

// TestNoOrphan: no process outlives the first one, and what a person types ends all of them.
func TestNoOrphan(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals here")
	}
	for _, name := range programs {
		for says, end := range map[string]func(*running) (status int){
			"stopped":     func(r *running) int { return r.Stop(r.t) },
			"interrupted": (*running).interrupt,
			"killed":      (*running).kill,
		} {
			t.Run(name+" "+says, func(t *testing.T) {
				t.Parallel()
				cmd, temp := prepare(t, name)
				r := greeted(t, &running{Process: process.StartGroup(t, cmd), t: t, name: name, temp: temp})
				first := r.started()
				r.turn("telemetry") // one restart
				r.eventually("a process that stays", func() bool { at := r.started(); return at > 0 && at != first })
				if status := end(r); (status == 0) != (says != "killed") {
					t.Errorf("exit status %d", status)
				}
				if _, _, err := r.try(http.MethodGet, "/healthz"); err == nil {
					t.Error("somebody answers")
				}
				if left, _ := filepath.Glob(filepath.Join(temp, "*")); says != "killed" && len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			})
		}
	}
}

// kill kills the first process, and waits for all that have its output.
func (r *running) kill() (status int) {
	r.t.Helper()
	if err := r.Cmd.Process.Kill(); err != nil {
		r.t.Fatal(err)
	}
	process.Eventually(r.t, "the end of all processes", func() bool {
		select {
		case <-r.Ended:
			return true
		default:
			return false
		}
	})
	return r.Cmd.ProcessState.ExitCode()
}
