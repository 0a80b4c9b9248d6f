package machines

import (
	"os/exec"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// MemoryGroup makes cmd run in a real control group with a limit of memory, in bytes. Where
// control groups cannot be made the test is skipped, or fails under OTELKV_E2E=required.
func MemoryGroup(t *testing.T, limit int, cmd *exec.Cmd) {
	t.Helper()
	take, err := TryMemoryGroup(t, limit)
	if err != nil {
		process.Missing(t, err.Error())
	}
	take(cmd)
}
