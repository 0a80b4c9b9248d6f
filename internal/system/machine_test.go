package system_test

import (
	"errors"
	"math"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/testutil/machines"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestMachines(t *testing.T) {
	for _, m := range machines.All() {
		t.Run(m.Name, func(t *testing.T) {
			machine, advance := m.Start()
			memory, err := machine.Memory()
			if err != nil || !near(memory.Share(), m.Memory) {
				t.Errorf("memory %+v, %v, want %v", memory, err, m.Memory)
			}
			before, err := machine.CPU()
			if err != nil {
				t.Fatal(err)
			}
			advance()
			after, err := machine.CPU()
			if err != nil {
				t.Fatal(err)
			}
			if share, ok := after.Share(before, machines.Time); !ok || !near(share, m.CPU) {
				t.Errorf("cpu %v, %t of %+v, want %v", share, ok, after, m.CPU)
			}
			if resident, err := machine.Resident(); err != nil || resident != 3000*4096 {
				t.Errorf("resident %v, %v", resident, err)
			}
		})
	}
}

// What cannot be read may be the tightest limit, so nothing is known then.
func TestUnreadable(t *testing.T) {
	const group = "sys/fs/cgroup/"
	const mounts = "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n" +
		"31 22 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
		"32 22 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
	for name, tc := range map[string]struct {
		files       map[string]string
		memory, cpu bool // known
	}{
		"the list of groups": {files: map[string]string{"proc/self/cgroup": machines.Unreadable}},
		"the mounts":         {files: map[string]string{"proc/self/mountinfo": machines.Unreadable}},
		"memory.max":         {map[string]string{group + "memory.max": machines.Unreadable}, false, true},
		"a strange maximum":  {map[string]string{group + "memory.max": "much\n"}, false, true},
		"an empty maximum":   {map[string]string{group + "memory.max": "\n"}, false, true},
		"memory.high":        {map[string]string{group + "memory.high": machines.Unreadable}, false, true},
		"no use of memory":   {map[string]string{group + "memory.max": "1000\n"}, false, true},
		"a strange use":      {map[string]string{group + "memory.max": "1000\n", group + "memory.current": "lots\n"}, false, true},
		"no statistics":      {map[string]string{group + "memory.max": "1000\n", group + "memory.current": "10\n"}, false, true},
		"other statistics": {map[string]string{group + "memory.max": "1000\n", group + "memory.current": "10\n",
			group + "memory.stat": "anon 1\n"}, false, true},
		"strange statistics": {map[string]string{group + "memory.max": "1000\n", group + "memory.current": "10\n",
			group + "memory.stat": "active_file many\n"}, false, true},
		"the limit of version 1": {map[string]string{group + "memory/memory.limit_in_bytes": machines.Unreadable}, false, true},
		"the use of version 1":   {map[string]string{group + "memory/memory.limit_in_bytes": "1000\n"}, false, true},
		"the machine's memory":   {map[string]string{"proc/meminfo": "MemFree: 1 kB\n"}, false, true},
		"the process's memory":   {map[string]string{"proc/self/statm": "1\n"}, false, true},
		"strange memory":         {map[string]string{"proc/self/statm": "1 a 1\n"}, false, true},
		"strange shared memory":  {map[string]string{"proc/self/statm": "1 1 a\n"}, false, true},

		"cpu.max":                  {map[string]string{group + "cpu.max": machines.Unreadable}, true, false},
		"a quota without a period": {map[string]string{group + "cpu.max": "100000\n"}, true, false},
		"a strange quota":          {map[string]string{group + "cpu.max": "a 100000\n"}, true, false},
		"a strange period":         {map[string]string{group + "cpu.max": "100000 a\n"}, true, false},
		"a period of nothing":      {map[string]string{group + "cpu.max": "100000 0\n"}, true, false},
		"the quota of version 1":   {map[string]string{group + "cpu/cpu.cfs_quota_us": machines.Unreadable}, true, false},
		"the period of version 1":  {map[string]string{group + "cpu/cpu.cfs_quota_us": "1\n"}, true, false},
		"the set of processors":    {map[string]string{group + "cpuset.cpus.effective": machines.Unreadable}, true, false},
		"a strange set":            {map[string]string{group + "cpuset.cpus.effective": "0-a\n"}, true, false},
		"a set the wrong way":      {map[string]string{group + "cpuset.cpus.effective": "3-1\n"}, true, false},
		"an endless set":           {map[string]string{group + "cpuset.cpus.effective": "0-4000000000\n"}, true, false},
		"the affinity":             {map[string]string{"proc/self/status": machines.Unreadable}, true, false},
		"the machine's processors": {map[string]string{"sys/devices/system/cpu/online": machines.Unreadable}, true, false},
		"the process's time":       {map[string]string{"proc/self/stat": "42 (a) S 1\n"}, true, false},
		"no time":                  {map[string]string{"proc/self/stat": machines.Unreadable}, true, false},
		"strange user time":        {map[string]string{"proc/self/stat": "42 (a) S 1 2 3 4 5 6 7 8 9 10 a 1 0 0\n"}, true, false},
		"strange system time":      {map[string]string{"proc/self/stat": "42 (a) S 1 2 3 4 5 6 7 8 9 10 1 a 0 0\n"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := machines.Machine{Files: map[string]string{"proc/self/cgroup": "2:memory:/\n1:cpu:/\n0::/\n", "proc/self/mountinfo": mounts}}
			for name, content := range tc.files {
				m.Files[name] = content
			}
			machine, _ := m.Start()
			if used, err := machine.Memory(); (err == nil) != tc.memory {
				t.Errorf("memory %+v, %v", used, err)
			}
			if limits, err := machine.CPU(); (err == nil) != tc.cpu {
				t.Errorf("cpu %+v, %v", limits, err)
			}
		})
	}
}

func TestNoFiles(t *testing.T) {
	m := system.Linux{Root: fstest.MapFS{}, PageSize: 4096, GOMAXPROCS: func() int { return 1 }}.Machine()
	_, err1 := m.Resident()
	_, err2 := m.Memory()
	_, err3 := m.CPU()
	if err1 == nil || err2 == nil || err3 == nil {
		t.Errorf("%v, %v, %v", err1, err2, err3)
	}
}

// Where the kernel does not tell the processors, the runtime does.
func TestProcessorsOfTheRuntime(t *testing.T) {
	m := system.Linux{
		Root:       fstest.MapFS{"proc/self/stat": {Data: []byte("42 (a) S 1 2 3 4 5 6 7 8 9 10 50 50 0 0\n")}},
		GOMAXPROCS: func() int { return 1 << 20 },
	}.Machine()
	limits, err := m.CPU()
	if err != nil || len(limits) != 1 || limits[0].Capacity != float64(runtime.NumCPU()) || limits[0].Used != time.Second {
		t.Errorf("%+v, %v", limits, err)
	}
}

func TestZeroMachine(t *testing.T) {
	var m system.Machine
	_, err1 := m.Resident()
	_, err2 := m.Memory()
	_, err3 := m.CPU()
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
	}
}

// The readings of this machine are plausible, whichever machine that is.
func TestLocal(t *testing.T) {
	m := system.Local()
	if resident, err := m.Resident(); err != nil || resident < 1<<20 {
		t.Errorf("resident %d, %v", resident, err)
	}
	if memory, err := m.Memory(); err != nil || memory.Limit < 1<<20 || !(memory.Share() > 0 && memory.Share() <= 1) {
		t.Errorf("memory %+v, %v", memory, err)
	}
	limits, err := m.CPU()
	if err != nil || len(limits) == 0 {
		t.Errorf("cpu %v, %v", limits, err)
	}
	for _, l := range limits {
		if l.Capacity <= 0 || l.Capacity > float64(runtime.NumCPU()) {
			t.Errorf("cpu %+v", l)
		}
	}
}

func TestCPUShare(t *testing.T) {
	const s = time.Second
	for name, tc := range map[string]struct {
		before, after system.CPU
		elapsed       time.Duration
		want          float64
		ok            bool
	}{
		"nothing":                  {nil, nil, 10 * s, 0, false},
		"half":                     {system.CPU{{"a", 1 * s, 1}}, system.CPU{{"a", 6 * s, 1}}, 10 * s, 0.5, true},
		"the tightest":             {system.CPU{{"a", 0, 4}, {"b", 0, 1}}, system.CPU{{"a", 8 * s, 4}, {"b", 6 * s, 1}}, 10 * s, 0.6, true},
		"a limit that changed":     {system.CPU{{"a", 0, 4}}, system.CPU{{"a", 8 * s, 2}}, 10 * s, 0.4, true},
		"a burst":                  {system.CPU{{"a", 0, 1}}, system.CPU{{"a", 11 * s, 1}}, 10 * s, 1, true},
		"a new group":              {system.CPU{{"a", 0, 1}}, system.CPU{{"b", 5 * s, 1}}, 10 * s, 0, false},
		"a counter that restarted": {system.CPU{{"a", 9 * s, 1}}, system.CPU{{"a", 1 * s, 1}}, 10 * s, 0, false},
		"no capacity":              {system.CPU{{"a", 0, 0}}, system.CPU{{"a", 1 * s, 0}}, 10 * s, 0, false},
		"no time":                  {system.CPU{{"a", 0, 1}}, system.CPU{{"a", 1 * s, 1}}, 0, 0, false},
	} {
		if got, ok := tc.after.Share(tc.before, tc.elapsed); !near(got, tc.want) || ok != tc.ok {
			t.Errorf("%s: %v, %t, want %v, %t", name, got, ok, tc.want, tc.ok)
		}
	}
	if share := (system.Memory{}).Share(); share != 1 {
		t.Errorf("the share of nothing is %v", share)
	}
}

func BenchmarkLocal(b *testing.B) {
	m := system.Local()
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			_, _ = m.Memory()
		}
	})
	b.Run("cpu", func(b *testing.B) {
		for b.Loop() {
			_, _ = m.CPU()
		}
	})
}
