package runbooks

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// holdSyncs stops the thread of a server that syncs its log of writes, as a disk does that
// does not answer, until the end of the test.
func holdSyncs(t *testing.T, s *redisserver.Server) {
	t.Helper()
	thread := syncing(t, s.Cmd.Process.Pid)
	held, over, ended := make(chan error, 1), make(chan struct{}), make(chan struct{})
	t.Cleanup(func() {
		close(over)
		<-ended //otelkv:waitok it is about to return
	})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // who has attached is a thread
		defer runtime.UnlockOSThread()
		err := syscall.PtraceAttach(thread)
		if err == nil {
			_, err = syscall.Wait4(thread, nil, syscall.WALL, nil)
		}
		held <- err
		<-over //otelkv:waitok closed at the end of the test
		_ = syscall.PtraceDetach(thread)
	}()
	if err := <-held; err != nil { //otelkv:waitok a thread stops at once
		t.Fatalf("stopping a thread: %v", err)
	}
}

// syncing returns the thread of a process that syncs.
func syncing(t *testing.T, pid int) (thread int) {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/comm", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil || !strings.HasPrefix(string(text), "bio_aof") {
			continue
		}
		if thread, err = strconv.Atoi(filepath.Base(filepath.Dir(name))); err != nil {
			t.Fatal(err)
		}
		return thread
	}
	t.Fatalf("none of %d threads syncs", len(names))
	return 0
}
