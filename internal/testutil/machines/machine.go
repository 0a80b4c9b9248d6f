// Package machines has fake machines for tests. [All] is the table that every reader of
// the machine is tested against.
package machines

import (
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"sync/atomic"
	"testing/fstest"
	"time"

	"github.com/otelkv/otelkv/internal/system"
)

// A Machine is a fake one, on which a process has used some memory and uses some
// CPU for ten seconds. Whatever reads machines shows the same shares of it.
type Machine struct {
	Name       string
	GOMAXPROCS int // by default, as many as there are processors
	Files      map[string]string
	Later      map[string]string // those that have changed after [Time]

	Memory, CPU float64 // the used shares
}

// Time is how long after the first reading the process has used its CPU.
const Time = 10 * time.Second

// ofProcess are the files of a process that has 3,000 pages of 4 KiB resident,
// 1,000 of them its own, on a machine of 16,000 KiB and eight processors.
var ofProcess = map[string]string{
	"proc/meminfo":                   "MemTotal:          16000 kB\nMemFree:            1000 kB\n",
	"proc/self/statm":                "9000 3000 2000 5 0 123 0\n",
	"proc/self/stat":                 stat(2500 * time.Millisecond),
	"proc/self/status":               "Name:\ta) b\nCpus_allowed:\tff\nCpus_allowed_list:\t0-63\n",
	"proc/self/cgroup":               "0::/\n",
	"sys/devices/system/cpu/online":  "0-7\n",
	"sys/devices/system/cpu/offline": "8-63\n",
}

// ofProcessLater is that the process has kept one processor busy.
var ofProcessLater = map[string]string{"proc/self/stat": stat(12500 * time.Millisecond)}

const (
	onMachine    = 1000.0 * 4096 / (16000 * 1024)
	onProcessors = 1.0 / 8
)

func stat(used time.Duration) string {
	ticks := used / (10 * time.Millisecond)
	return fmt.Sprintf("42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 %d %d 0 0 20 0\n", ticks/2, ticks-ticks/2)
}

// Root returns the files at first, or later.
func (m *Machine) Root(later bool) fs.FS {
	files := maps.Clone(ofProcess)
	maps.Copy(files, m.Files)
	if later {
		maps.Copy(files, ofProcessLater)
		maps.Copy(files, m.Later)
	}
	return tree(files)
}

// Start returns the machine, and what makes it the later one.
func (m *Machine) Start() (machine system.Machine, advance func()) {
	var later atomic.Bool
	root := fsFunc(func(name string) (fs.File, error) { return m.Root(later.Load()).Open(name) })
	procs := m.GOMAXPROCS
	if procs == 0 {
		procs = 8
	}
	l := system.Linux{Root: root, PageSize: 4096, GOMAXPROCS: func() int { return procs }}
	return l.Machine(), func() { later.Store(true) }
}

type fsFunc func(name string) (fs.File, error)

func (f fsFunc) Open(name string) (fs.File, error) { return f(name) }

// Unreadable is the content of a file that exists and cannot be read.
const Unreadable = "\x00unreadable"

// tree is a file system.
func tree(files map[string]string) fs.FS {
	all := make(fstest.MapFS)
	for name, content := range files {
		all[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsFunc(func(name string) (fs.File, error) {
		if files[name] == Unreadable {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
		}
		return all.Open(name)
	})
}

// mount2 and mount1 are lines of mountinfo.
func mount2(root, point string) string {
	return "30 22 0:26 " + root + " " + point + " rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
}

func mount1(root, controllers string) string {
	return "31 22 0:27 " + root + " /sys/fs/cgroup/" + controllers + " rw,nosuid - cgroup cgroup rw," + controllers + "\n"
}

// under returns files in a directory.
func under(dir string, files map[string]string) map[string]string {
	all := make(map[string]string)
	for name, content := range files {
		all[dir+"/"+name] = content
	}
	return all
}

// group2 are the files of a group of version 2 that has a limit of memory.
func group2(dir string, limit, used, active, inactive uint64) map[string]string {
	return under(dir, map[string]string{
		"memory.max":     fmt.Sprintln(limit),
		"memory.high":    "max\n",
		"memory.current": fmt.Sprintln(used),
		"memory.stat":    fmt.Sprintf("anon 1\nfile 2\ninactive_anon 3\nactive_anon 4\ninactive_file %d\nactive_file %d\nslab_reclaimable 0\n", inactive, active),
	})
}

// group1 are the files of a group of version 1.
func group1(dir string, limit, hierarchical, used, active, inactive uint64) map[string]string {
	return under(dir, map[string]string{
		"memory.limit_in_bytes": fmt.Sprintln(limit),
		"memory.usage_in_bytes": fmt.Sprintln(used),
		"memory.stat": fmt.Sprintf("inactive_file 1\nactive_file 1\nhierarchical_memory_limit %d\ntotal_inactive_file %d\ntotal_active_file %d\n",
			hierarchical, inactive, active),
	})
}

// cpu2 are the files of a group of version 2 that has used some CPU.
func cpu2(dir, quota string, used time.Duration) map[string]string {
	return under(dir, map[string]string{
		"cpu.max":  quota + "\n",
		"cpu.stat": fmt.Sprintf("usage_usec %d\nuser_usec 1\nsystem_usec 2\n", used.Microseconds()),
	})
}

func files(all ...map[string]string) map[string]string {
	one := make(map[string]string)
	for _, m := range all {
		maps.Copy(one, m)
	}
	return one
}

func at(cgroup string, mounts ...string) map[string]string {
	return map[string]string{"proc/self/cgroup": cgroup + "\n", "proc/self/mountinfo": strings.Join(mounts, "")}
}
