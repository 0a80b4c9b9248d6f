package recording

import (
	"os"
	"os/exec"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/machines"
)

// MemoryGroup makes a control group with a limit of memory, in bytes, for the program of a job, and
// returns what makes a command run in it. Where that cannot be, it is false and the log says so, or the
// test fails if nothing may be left out.
func MemoryGroup(t testing.TB, job string, limit int) (take func(*exec.Cmd), ok bool) {
	t.Helper()
	take, err := machines.TryMemoryGroup(t, limit)
	switch {
	case err == nil:
	case os.Getenv("OTELKV_E2E") == "required":
		t.Fatalf("the trial %s: %v, and OTELKV_E2E=required", job, err)
	default:
		t.Logf("the trial %s is left out: %v", job, err)
	}
	return take, err == nil
}
