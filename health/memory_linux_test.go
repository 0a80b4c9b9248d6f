package health

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestMemoryReader(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	machine := fstest.MapFS{
		"proc/meminfo":    file("MemTotal:        1000 kB\nMemFree: 1 kB\n"), // 1,024,000 bytes
		"proc/self/statm": file("500 150 25 1 0 50 0\n"),
	}
	const own = 125 * 4096 / 1024000.0
	for _, tc := range []struct {
		name  string
		files fstest.MapFS
		want  float64
		err   bool
	}{
		{"no groups", nil, own, false},
		{"no limit", fstest.MapFS{
			"proc/self/cgroup":           file("0::/a\n"),
			"sys/fs/cgroup/a/memory.max": file("max\n"),
		}, own, false},
		{"version 2", fstest.MapFS{
			"proc/self/cgroup":               file("0::/a\n"),
			"sys/fs/cgroup/a/memory.max":     file("1000\n"),
			"sys/fs/cgroup/a/memory.current": file("900\n"),
			"sys/fs/cgroup/a/memory.stat":    file("anon 1\ninactive_file 400\n"),
		}, 0.5, false},
		{"the group above is tighter", fstest.MapFS{
			"proc/self/cgroup":                 file("0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max":     file("1000\n"),
			"sys/fs/cgroup/a/b/memory.current": file("100\n"),
			"sys/fs/cgroup/a/b/memory.stat":    file("inactive_file 0\n"),
			"sys/fs/cgroup/a/memory.max":       file("1000\n"),
			"sys/fs/cgroup/a/memory.current":   file("800\n"),
			"sys/fs/cgroup/a/memory.stat":      file("inactive_file 0\n"),
		}, 0.8, false},
		{"a container that sees the host's path", fstest.MapFS{
			"proc/self/cgroup":             file("0::/docker/123\n"),
			"sys/fs/cgroup/memory.max":     file("1000\n"),
			"sys/fs/cgroup/memory.current": file("700\n"),
			"sys/fs/cgroup/memory.stat":    file("inactive_file 100\n"),
		}, 0.6, false},
		{"version 1", fstest.MapFS{
			"proc/self/cgroup": file("broken\n5:cpu,cpuacct:/c\n4:memory:/a\n1:name=systemd:/x\n"),
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("1000\n"),
			"sys/fs/cgroup/memory/a/memory.usage_in_bytes": file("500\n"),
			"sys/fs/cgroup/memory/a/memory.stat":           file("inactive_file 1\ntotal_inactive_file 100\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes":   file("9223372036854771712\n"),
		}, 0.4, false},
		{"a limit above the machine", fstest.MapFS{
			"proc/self/cgroup":         file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("1024000\n"),
		}, own, false},
		{"a limit that is none", fstest.MapFS{
			"proc/self/cgroup":         file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("lots\n"),
		}, 0, true},
		{"usage unknown", fstest.MapFS{
			"proc/self/cgroup":         file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("1000\n"),
		}, 0, true},
		{"usage broken", fstest.MapFS{
			"proc/self/cgroup":             file("0::/\n"),
			"sys/fs/cgroup/memory.max":     file("1000\n"),
			"sys/fs/cgroup/memory.current": file("lots\n"),
		}, 0, true},
		{"statistics unknown", fstest.MapFS{
			"proc/self/cgroup":             file("0::/\n"),
			"sys/fs/cgroup/memory.max":     file("1000\n"),
			"sys/fs/cgroup/memory.current": file("10\n"),
		}, 0, true},
		{"no memory", fstest.MapFS{"proc/meminfo": file("Nothing: 1\n")}, 0, true},
		{"no process", fstest.MapFS{"proc/self/statm": file("1\n")}, 0, true},
		{"a directory", fstest.MapFS{"proc/self/cgroup": {Mode: fs.ModeDir}, "sys/fs/cgroup/memory.max": file("1")}, 0, true},
		{"a limit that is a directory", fstest.MapFS{
			"proc/self/cgroup":         file("0::/\n"),
			"sys/fs/cgroup/memory.max": {Mode: fs.ModeDir},
		}, 0, true},
	} {
		root := fstest.MapFS{}
		for _, files := range []fstest.MapFS{machine, tc.files} {
			for name, f := range files {
				root[name] = f
			}
		}
		got, err := memoryReader{root: root, pageSize: 4096}.share()
		if (err != nil) != tc.err || (err == nil && got != tc.want) {
			t.Errorf("%s: %v, %v, want %v", tc.name, got, err, tc.want)
		}
	}
	for _, missing := range []string{"proc/meminfo", "proc/self/statm"} {
		root := fstest.MapFS{}
		for name, f := range machine {
			if name != missing {
				root[name] = f
			}
		}
		if _, err := (memoryReader{root: root, pageSize: 4096}).share(); err == nil {
			t.Errorf("without %s: no error", missing)
		}
	}
}
