package panels_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A machine is what the kernel says of a process. It is empty on systems without /proc.
type machine struct {
	Resident, Virtual float64 // bytes
	Descriptors, Most float64 // that are open, and that may be
	CPU               float64 // seconds
	Files             float64 // bytes of its stores
	At                time.Time
}

const perSecond = 100 // ticks, on all that Go runs on

func lookAt(pid int, dir string) (m machine) {
	m.At = time.Now()
	if runtime.GOOS != "linux" {
		return m
	}
	read := func(name string) string {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		return string(text)
	}
	number := func(text string) float64 { f, _ := strconv.ParseFloat(text, 64); return f }
	if fields := strings.Fields(read("statm")); len(fields) > 1 {
		page := float64(os.Getpagesize())
		m.Virtual, m.Resident = number(fields[0])*page, number(fields[1])*page
	}
	if _, after, ok := strings.Cut(read("stat"), ") "); ok {
		fields := strings.Fields(after)
		m.CPU = (number(fields[11]) + number(fields[12])) / perSecond
	}
	if _, after, ok := strings.Cut(read("limits"), "Max open files"); ok {
		m.Most = number(strings.Fields(after)[0])
	}
	if open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil {
		m.Descriptors = float64(len(open))
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "profiles" {
			return fs.SkipDir
		}
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				m.Files += float64(info.Size())
			}
		}
		return nil
	})
	return m
}

// burnt is the CPU time a second in the last window.
func burnt(m *moment) (low, high float64) {
	n := len(m.looks)
	first := max(0, n-1-int(window.Seconds()))
	if n < 2 {
		return 0, 0
	}
	a, b := m.looks[first], m.looks[n-1]
	f := (b.CPU - a.CPU) / b.At.Sub(a.At).Seconds()
	return f/1.5 - 0.05, f*1.5 + 0.05
}
