package e2e

import (
	"bytes"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

var (
	logStalls  = regexp.MustCompile(`^kvdb_log_stalls_total`)
	logWaiting = regexp.MustCompile(`^kvdb_log_queue_size`)
	logLost    = regexp.MustCompile(`^kvdb_log_dropped_total`)

	lostLines = regexp.MustCompile(`\d+ log lines are lost`) // on standard error
)

// TestNothingWaitsForTheLog: whatever becomes of standard output, a program in
// which operations fail all the time goes on, answers probes and scrapes, says
// what is wrong, and ends when it is asked to.
func TestNothingWaitsForTheLog(t *testing.T) {
	for _, tt := range []struct {
		name   string
		output func(t *testing.T) *os.File
		sign   *regexp.Regexp // of what is wrong, on /metrics
		lost   bool           // lines are lost, and said to be, in the end
	}{
		{"blocked", fullPipe, logStalls, true},
		{"slow", slowPipe, nil, false},
		{"failing", fullDevice, logStalls, true},
		{"vanishing", abandonedPipe, logStalls, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stdout := tt.output(t)
			// A line of debug for each operation fills a pipe at once.
			program, address := runQuickstartTo(t, stdout, []string{"-fault", "errors", "-rate", "500"})
			setLevel(t, address, "debug")
			if err := stdout.Close(); err != nil { // the program has its own
				t.Fatal(err)
			}
			if tt.sign != nil {
				program.Eventually(t, "trouble of the log on /metrics", func() bool { return scraped(t, address, tt.sign) > 0 })
				program.Eventually(t, "lines that wait or are lost", func() bool {
					return scraped(t, address, logWaiting)+scraped(t, address, logLost) > 0
				})
				program.Eventually(t, "trouble of the log on /readyz", func() bool {
					page := probe(t, "http://"+address+"/readyz?verbose")
					return strings.Contains(page, "log lines do not get out")
				})
			}
			before := scraped(t, address, allRequests)
			program.Eventually(t, "a thousand operations", func() bool { return scraped(t, address, allRequests) >= before+1000 })
			if page := probe(t, "http://"+address+"/healthz"); !strings.HasPrefix(page, "alive") {
				t.Errorf("/healthz: %s", page)
			}
			began := time.Now()
			program.Stop(t)
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %v to end", took)
			}
			if status := program.Cmd.ProcessState.ExitCode(); status != 0 {
				t.Errorf("exit status %d, want 0", status)
			}
			if said := lostLines.MatchString(program.Stderr.String()); said != tt.lost {
				t.Errorf("lost lines are spoken of: %t, want %t:\n%s", said, tt.lost, program.Stderr.Tail(2000))
			}
		})
	}
}

func setLevel(t *testing.T, address, level string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+address+"/loglevel", strings.NewReader(`{"level":"`+level+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("/loglevel: %s", res.Status)
	}
}

// probe returns what a probe says, whatever its status is.
func probe(t *testing.T, url string) string {
	t.Helper()
	_, page := process.Get(t, url)
	return page
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r, w
}

// fullPipe is a pipe that nobody reads.
func fullPipe(t *testing.T) *os.File {
	r, w := pipe(t)
	t.Cleanup(func() { _ = r.SetDeadline(time.Time{}) }) // keeps r until here
	return w
}

// slowPipe is a pipe whose reader takes its time, and takes all.
func slowPipe(t *testing.T) *os.File {
	r, w := pipe(t)
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		some := make([]byte, 4<<10)
		for range tick.C {
			if _, err := r.Read(some); err != nil {
				return
			}
		}
	}()
	return w
}

// abandonedPipe is a pipe whose reader leaves after the first lines.
func abandonedPipe(t *testing.T) *os.File {
	r, w := pipe(t)
	go func() {
		some := make([]byte, 64<<10)
		for lines := 0; lines < 3; {
			n, err := r.Read(some)
			if err != nil {
				return
			}
			lines += bytes.Count(some[:n], []byte("\n"))
		}
		_ = r.Close()
	}()
	return w
}

// fullDevice is a disk without room.
func fullDevice(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		process.Missing(t, err.Error())
	}
	return f
}
