package attacks

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// status returns a size of /proc/PID/status, in bytes.
func status(pid int, name string) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), "\n"+name+":")
	digits, _, _ := strings.Cut(strings.TrimSpace(after), " kB")
	kB, err := strconv.Atoi(digits)
	if err != nil {
		return 0, fmt.Errorf("no %s in %s", name, text)
	}
	return kB << 10, nil
}

// needProc skips a test where nobody tells of the memory of a process.
func needProc(t *testing.T) {
	t.Helper()
	if _, err := status(os.Getpid(), "RssAnon"); err != nil {
		process.Missing(t, "the memory of a process is not known here: "+err.Error())
	}
}

// A meter measures the resident memory of a process. What a process has mapped of files
// is the kernel's to take back, and bolt maps its whole file: so only anonymous memory
// counts, for which the kernel keeps no peak.
type meter struct {
	pid   int
	peak  atomic.Int64
	done  chan struct{}
	ended sync.WaitGroup
}

const sampleInterval = 2 * time.Millisecond

func newMeter(t *testing.T, p *process.Process) *meter {
	m := &meter{pid: p.Cmd.Process.Pid, done: make(chan struct{})}
	m.ended.Go(func() {
		tick := time.NewTicker(sampleInterval)
		defer tick.Stop()
		for {
			select {
			case <-m.done:
				return
			case <-tick.C:
				m.peak.Store(max(m.peak.Load(), int64(m.now())))
			}
		}
	})
	t.Cleanup(m.stop)
	return m
}

// now returns the memory at the moment, and 0 when the process has ended.
func (m *meter) now() int {
	size, err := status(m.pid, "RssAnon")
	if err != nil {
		return 0
	}
	return size
}

func (m *meter) stop() {
	select {
	case <-m.done:
	default:
		close(m.done)
	}
	m.ended.Wait()
}
