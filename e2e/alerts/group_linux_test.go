package alerts

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// memoryGroup makes a control group with a limit of memory, and returns the file that
// processes are put into it by. Where the test must not do that, it says why.
func memoryGroup(t *testing.T, limit int64) (procs string, err error) {
	t.Helper()
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	parent, file := "", ""
	for line := range strings.Lines(string(own)) {
		switch parts := strings.SplitN(strings.TrimSpace(line), ":", 3); {
		case len(parts) != 3:
		case parts[1] == "memory":
			parent, file = filepath.Join("/sys/fs/cgroup/memory", parts[2]), "memory.limit_in_bytes"
		case parts[1] == "" && parent == "":
			parent, file = filepath.Join("/sys/fs/cgroup", parts[2]), "memory.max"
		}
	}
	group := filepath.Join(parent, filepath.Base(buildDir)) // which is nobody else's
	if err := os.Mkdir(group, 0o700); err != nil {
		return "", err
	}
	t.Cleanup(func() { _ = os.Remove(group) })
	return filepath.Join(group, "cgroup.procs"), os.WriteFile(filepath.Join(group, file), []byte(strconv.FormatInt(limit, 10)), 0o600)
}
