package otelsetup

import (
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tree is a file system; the content "!" stands for a file that cannot be read.
type tree map[string]string

func (files tree) Open(name string) (fs.File, error) {
	if files[name] == "!" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	memory := make(fstest.MapFS)
	for name, content := range files {
		memory[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return memory.Open(name)
}

// process is a process that has 3,000 pages resident, 1,000 of them anonymous,
// on a machine of 16 MB, and has used 2.5 s of CPU.
var process = tree{
	"proc/self/statm":  "9000 3000 2000 5 0 123 0\n",
	"proc/self/stat":   "42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 150 100 0 0 20 0\n",
	"proc/meminfo":     "MemTotal:          16000 kB\nMemFree:            1000 kB\n",
	"proc/self/cgroup": "0::/\n",
}

func TestUsage(t *testing.T) {
	const pageSize = 1000
	nan := math.NaN()
	onMachine := 1000.0 * pageSize / (16000 * 1024)
	processOn := []cpuTime{{"process", 2.5, 3}}

	for _, tt := range []struct {
		name   string
		files  tree
		memory float64
		cpu    []cpuTime
	}{
		{"no control groups", tree{"proc/self/cgroup": ""}, onMachine, processOn},
		{"nothing mounted", tree{}, onMachine, processOn},
		{
			name: "version 2 without a limit",
			files: tree{
				"proc/self/cgroup":              "0::/user.slice/app.service\n",
				"proc/self/mountinfo":           mount2("/", "/sys/fs/cgroup"),
				group2("memory.max"):            "max\n",
				group2("memory.current"):        "5000000\n",
				group2("cpu.max"):               "max 100000\n",
				"sys/fs/cgroup/cgroup.procs":    "1\n",
				"sys/fs/cgroup/user.slice/x":    "",
				"sys/fs/cgroup/memory.pressure": "",
			},
			memory: onMachine, cpu: processOn,
		},
		{
			name: "version 2 with limits",
			files: tree{
				"proc/self/cgroup":       "0::/user.slice/app.service\n",
				"proc/self/mountinfo":    "22 1 8:1 / / rw - ext4 /dev/sda rw\n" + mount2("/", "/sys/fs/cgroup"),
				group2("memory.max"):     "10000000\n",
				group2("memory.current"): "7000000\n",
				group2("memory.stat"):    "anon 4000000\nfile 3000000\ninactive_file 2000000\n",
				group2("cpu.max"):        "150000 100000\n",
				group2("cpu.stat"):       "usage_usec 9000000\nuser_usec 1\n",
			},
			memory: 0.5, cpu: []cpuTime{{"sys/fs/cgroup/user.slice/app.service", 9, 1.5}},
		},
		{
			name: "the limit of a group above",
			files: tree{
				"proc/self/cgroup":                        "0::/user.slice/app.service\n",
				"proc/self/mountinfo":                     mount2("/", "/sys/fs/cgroup"),
				group2("memory.max"):                      "10000000\n",
				group2("memory.current"):                  "1000000\n",
				group2("memory.stat"):                     "inactive_file 0\n",
				"sys/fs/cgroup/user.slice/memory.max":     "12000000\n",
				"sys/fs/cgroup/user.slice/memory.current": "9000000\n",
				"sys/fs/cgroup/user.slice/memory.stat":    "inactive_file 0\n",
				group2("cpu.max"):                         "max 100000\n",
				"sys/fs/cgroup/user.slice/cpu.max":        "200000 100000\n",
				"sys/fs/cgroup/user.slice/cpu.stat":       "usage_usec 30000000\n",
			},
			memory: 0.75, cpu: []cpuTime{{"sys/fs/cgroup/user.slice", 30, 2}},
		},
		{
			name: "a container with its own namespace",
			files: tree{
				"proc/self/cgroup":             "0::/\n",
				"proc/self/mountinfo":          mount2("/", "/sys/fs/cgroup"),
				"sys/fs/cgroup/memory.max":     "10000000\n",
				"sys/fs/cgroup/memory.current": "2500000\n",
				"sys/fs/cgroup/memory.stat":    "inactive_file 0\n",
				"sys/fs/cgroup/cpu.max":        "50000 100000\n",
				"sys/fs/cgroup/cpu.stat":       "usage_usec 1000000\n",
			},
			memory: 0.25, cpu: []cpuTime{{"sys/fs/cgroup", 1, 0.5}},
		},
		{
			name: "a path outside of what is mounted",
			files: tree{
				"proc/self/cgroup":             "0::/../elsewhere\n",
				"proc/self/mountinfo":          mount2("/", "/sys/fs/cgroup"),
				"sys/fs/cgroup/memory.max":     "10000000\n",
				"sys/fs/cgroup/memory.current": "2500000\n",
				"sys/fs/cgroup/memory.stat":    "inactive_file 0\n",
			},
			memory: 0.25, cpu: processOn,
		},
		{
			name: "version 1 in a container",
			files: tree{
				"proc/self/cgroup":                            "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n",
				"proc/self/mountinfo":                         mount1("/docker/abc", "memory") + mount1("/docker/abc", "cpu,cpuacct"),
				"sys/fs/cgroup/memory/memory.limit_in_bytes":  "10000000\n",
				"sys/fs/cgroup/memory/memory.usage_in_bytes":  "6000000\n",
				"sys/fs/cgroup/memory/memory.stat":            "inactive_file 1\ntotal_inactive_file 2000000\n",
				"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":  "200000\n",
				"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
				"sys/fs/cgroup/cpu,cpuacct/cpuacct.usage":     "7000000000\n",
			},
			memory: 0.4, cpu: []cpuTime{{"sys/fs/cgroup/cpu,cpuacct", 7, 2}},
		},
		{
			name: "version 1 below the mounted group",
			files: tree{
				"proc/self/cgroup":                                "4:memory:/docker/abc/task\n3:cpu:/dockerish\n",
				"proc/self/mountinfo":                             mount1("/docker/abc", "memory") + mount1("/docker", "cpu"),
				"sys/fs/cgroup/memory/memory.limit_in_bytes":      "9223372036854771712\n",
				"sys/fs/cgroup/memory/task/memory.limit_in_bytes": "10000000\n",
				"sys/fs/cgroup/memory/task/memory.usage_in_bytes": "1000000\n",
				"sys/fs/cgroup/memory/task/memory.stat":           "total_inactive_file 0\n",
				"sys/fs/cgroup/cpu/cpu.cfs_quota_us":              "200000\n",
				"sys/fs/cgroup/cpu/cpu.cfs_period_us":             "100000\n",
				"sys/fs/cgroup/cpu/ish/cpu.cfs_period_us":         "1\n", "sys/fs/cgroup/cpu/ish/cpu.cfs_quota_us": "1\n", // of /docker/ish, not of /dockerish
			},
			memory: 0.1, cpu: []cpuTime{{"sys/fs/cgroup/cpu", 2.5, 2}}, // usage is accounted elsewhere
		},
		{
			name: "version 1 without a limit",
			files: tree{
				"proc/self/cgroup":                           "4:memory:/\n3:cpu:/\n0::/\n",
				"proc/self/mountinfo":                        mount1("/", "memory") + mount1("/", "cpu") + mount2("/", "/sys/fs/cgroup/unified"),
				"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
				"sys/fs/cgroup/memory/memory.usage_in_bytes": "1000000\n",
				"sys/fs/cgroup/cpu/cpu.cfs_quota_us":         "-1\n",
				"sys/fs/cgroup/unified/cgroup.procs":         "1\n",
			},
			memory: onMachine, cpu: processOn,
		},
		{
			name: "a limit above the machine's memory",
			files: tree{
				"proc/self/mountinfo":          mount2("/", "/sys/fs/cgroup"),
				"sys/fs/cgroup/memory.max":     "32000000\n",
				"sys/fs/cgroup/memory.current": "1000000\n",
			},
			memory: onMachine, cpu: processOn,
		},
		{
			name: "a mount point with a blank",
			files: tree{
				"proc/self/mountinfo": mount2("/", `/c\040g`),
				"c g/memory.max":      "10000000\n",
				"c g/memory.current":  "5000000\n",
				"c g/memory.stat":     "inactive_file 0\n",
			},
			memory: 0.5, cpu: processOn,
		},

		{"an unreadable group list", tree{"proc/self/cgroup": "!"}, nan, nil},
		{"unreadable mounts", tree{"proc/self/mountinfo": "!"}, nan, nil},
		{
			name: "unreadable limits",
			files: tree{
				"proc/self/mountinfo":      mount2("/", "/sys/fs/cgroup"),
				"sys/fs/cgroup/memory.max": "!", "sys/fs/cgroup/cpu.max": "!",
			},
			memory: nan, cpu: nil,
		},
		{
			name: "limits that are no numbers",
			files: tree{
				"proc/self/mountinfo":      mount2("/", "/sys/fs/cgroup"),
				"sys/fs/cgroup/memory.max": "much\n", "sys/fs/cgroup/cpu.max": "100000\n",
			},
			memory: nan, cpu: nil,
		},
		{
			name: "an unreadable use of version 2",
			files: tree{
				"proc/self/mountinfo":      mount2("/", "/sys/fs/cgroup"),
				"sys/fs/cgroup/memory.max": "10000000\n", "sys/fs/cgroup/memory.current": "!",
				"sys/fs/cgroup/cpu.max": "100000 100000\n", "sys/fs/cgroup/cpu.stat": "!",
			},
			memory: nan, cpu: []cpuTime{{"sys/fs/cgroup", 2.5, 1}},
		},
		{
			name: "an unreadable quota of version 1",
			files: tree{
				"proc/self/cgroup": "3:cpu:/\n", "proc/self/mountinfo": mount1("/", "cpu"),
				"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "!",
			},
			memory: onMachine, cpu: nil,
		},
		{
			name: "an unreadable period of version 1",
			files: tree{
				"proc/self/cgroup": "3:cpu:/\n", "proc/self/mountinfo": mount1("/", "cpu"),
				"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "!",
			},
			memory: onMachine, cpu: nil,
		},
		{
			name: "an unreadable use of version 1",
			files: tree{
				"proc/self/cgroup": "3:cpu:/\n", "proc/self/mountinfo": mount1("/", "cpu"),
				"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
				"sys/fs/cgroup/cpu/cpuacct.usage": "!",
			},
			memory: onMachine, cpu: nil,
		},
		{
			name: "lines that are no lines",
			files: tree{
				"proc/self/cgroup": "garbage\n0::/\n", "proc/self/mountinfo": "garbage\n1 2 3 - x y\n",
			},
			memory: onMachine, cpu: processOn,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := maps.Clone(process)
			maps.Copy(files, tt.files)
			r := procReader{root: files, pageSize: pageSize, processors: func() float64 { return 3 }}
			u := r.read()
			if u.resident != 3000*pageSize {
				t.Errorf("resident %v", u.resident)
			}
			if !same(u.memory, tt.memory) {
				t.Errorf("memory %v, want %v", u.memory, tt.memory)
			}
			if !slices.Equal(u.cpu, tt.cpu) {
				t.Errorf("cpu %v, want %v", u.cpu, tt.cpu)
			}
		})
	}
}

// What the process itself tells may be missing or garbage, too.
func TestUsageWithoutProc(t *testing.T) {
	for name, files := range map[string]tree{
		"missing": {},
		"short":   {"proc/self/statm": "1\n", "proc/self/stat": "42 (a) S\n", "proc/meminfo": "MemFree: 1 kB\n"},
		"garbage": {"proc/self/statm": "a b c\n", "proc/self/stat": "42 (a) S" + strings.Repeat(" x", 20), "proc/meminfo": "MemTotal: x kB\n"},
	} {
		u := procReader{root: files, pageSize: 4096, processors: processors}.read()
		if !math.IsNaN(u.resident) || !math.IsNaN(u.memory) || len(u.cpu) != 0 {
			t.Errorf("%s: %+v", name, u)
		}
	}
}

func group2(file string) string { return "sys/fs/cgroup/user.slice/app.service/" + file }

func mount2(root, point string) string {
	return "30 22 0:26 " + root + " " + point + " rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
}

func mount1(root, controllers string) string {
	return "31 22 0:27 " + root + " /sys/fs/cgroup/" + controllers + " rw,nosuid - cgroup cgroup rw," + controllers + "\n"
}
