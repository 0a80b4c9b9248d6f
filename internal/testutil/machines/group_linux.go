package machines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A group is a real control group.
type group struct {
	dir     string
	unified bool
}

const (
	groupEnv   = "OTELKV_TEST_GROUP"
	groupLimit = 128 << 20
	ownPages   = 32 << 20
	filePages  = 80 << 20
)

// InGroup runs the test once more, in a process that is alone in a real control
// group of 128 MiB, of which its own pages take a quarter and those of files that it has
// read twice most of the rest; there it calls test with the bounds of the used
// share. Where control groups cannot be made the test is skipped, or fails under
// OTELKV_E2E=required.
func InGroup(t *testing.T, test func(low, high float64)) {
	t.Helper()
	if dir := os.Getenv(groupEnv); dir != "" {
		inGroup(t, dir, test)
		return
	}
	g, err := tryMemoryGroup(t, groupLimit)
	if err != nil {
		process.Missing(t, err.Error())
	}
	g.run(t)
}

// TryMemoryGroup makes a control group with a limit of memory, in bytes, that lasts as long as
// the test, and returns what makes a command run in it; or why it cannot be had.
func TryMemoryGroup(t testing.TB, limit int) (take func(*exec.Cmd), err error) {
	t.Helper()
	g, err := tryMemoryGroup(t, limit)
	return g.take, err
}

// take makes cmd run in the group.
func (g group) take(cmd *exec.Cmd) {
	cmd.Args = append([]string{"sh", "-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(g.dir, "cgroup.procs"), cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
}

func tryMemoryGroup(t testing.TB, limit int) (group, error) {
	t.Helper()
	g, err := newGroup(t, "memory")
	if err != nil {
		return g, err
	}
	name := "memory.limit_in_bytes"
	if g.unified {
		name = "memory.max"
	}
	return g, g.set(name, strconv.Itoa(limit))
}

// InCPUGroup runs the test once more, in a process that is in a control group with a
// quota of so many processors; there it calls test.
func InCPUGroup(t *testing.T, processors float64, test func()) {
	t.Helper()
	if dir := os.Getenv(groupEnv); dir != "" {
		join(t, dir)
		test()
		return
	}
	const period = 100_000
	quota := int(processors * period)
	g, err := newGroup(t, "cpu")
	switch {
	case err != nil:
	case g.unified:
		err = g.set("cpu.max", fmt.Sprint(quota, period))
	default:
		err = errors.Join(g.set("cpu.cfs_period_us", strconv.Itoa(period)), g.set("cpu.cfs_quota_us", strconv.Itoa(quota)))
	}
	if err != nil {
		process.Missing(t, err.Error())
	}
	g.run(t)
}

// newGroup makes a group below the one that the process is in, so that all that
// limits the test still does.
func newGroup(t testing.TB, controller string) (group, error) {
	t.Helper()
	list, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return group{}, fmt.Errorf("there are no control groups: %w", err)
	}
	err = errors.ErrUnsupported
	for line := range strings.Lines(string(list)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		g := group{unified: parts[1] == ""}
		probe := map[string]string{"memory": "memory.limit_in_bytes", "cpu": "cpu.cfs_quota_us"}[controller]
		mount := "/sys/fs/cgroup/" + controller
		if g.unified {
			probe = map[string]string{"memory": "memory.max", "cpu": "cpu.max"}[controller]
			mount = "/sys/fs/cgroup"
		}
		if !g.unified && parts[1] != controller {
			continue
		}
		if g.dir, err = os.MkdirTemp(filepath.Join(mount, parts[2]), "otelkv-test-"); err != nil { //nolint:usetesting // t.TempDir is no control group
			continue
		}
		t.Cleanup(func() {
			if err := os.Remove(g.dir); err != nil { // a control group's files go with it
				t.Error(err)
			}
		})
		if _, err = os.Stat(filepath.Join(g.dir, probe)); err == nil {
			return g, nil
		}
	}
	return group{}, fmt.Errorf("no control group of %s can be made below that of the test, which takes root or a delegated group: %w", controller, err)
}

// set writes a file of the group.
func (g group) set(name, text string) error {
	return os.WriteFile(filepath.Join(g.dir, name), []byte(text), 0o644)
}

// run runs the test that calls it in the group.
func (g group) run(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), groupEnv+"="+g.dir)
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("in the group: %v\n%s", err, out)
	case bytes.Contains(out, []byte("--- SKIP")):
		t.Skipf("in the group:\n%s", out)
	}
}

func join(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		process.Missing(t, "a control group takes no process: "+err.Error())
	}
}

func inGroup(t *testing.T, dir string, test func(low, high float64)) {
	t.Helper()
	files := t.TempDir()
	var fs syscall.Statfs_t
	const tmpfsMagic = 0x01021994
	if err := syscall.Statfs(files, &fs); err != nil || fs.Type == tmpfsMagic {
		process.Missing(t, files+" holds its files in memory, which cannot be given back")
	}
	join(t, dir)
	// Not the heap's, of which the race detector keeps a shadow several times as large.
	own, err := syscall.Mmap(-1, 0, ownPages, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
	if err != nil {
		process.Missing(t, "there is no memory to hold: "+err.Error())
	}
	defer func() { _ = syscall.Munmap(own) }()
	name := filepath.Join(files, "file")
	if err := write(name, filePages); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := read(name); err != nil {
			t.Fatal(err)
		}
	}
	if charged, err := charge(dir); err != nil || charged < 0.75*groupLimit {
		t.Fatalf("%.0f of %d bytes are charged: %v", charged, groupLimit, err)
	}
	test(ownPages/float64(groupLimit), 0.6)
}

// charge returns the bytes that are charged to a group.
func charge(dir string) (float64, error) {
	text, err := os.ReadFile(filepath.Join(dir, "memory.current"))
	if err != nil {
		text, err = os.ReadFile(filepath.Join(dir, "memory.usage_in_bytes"))
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
}

func write(name string, n int) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	chunk := make([]byte, 1<<20)
	for range n / len(chunk) {
		if _, err := f.Write(chunk); err != nil {
			return err
		}
	}
	return f.Sync() // clean pages can go at once
}

func read(name string) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, f, make([]byte, 1<<20))
	return err
}
