package panels_test

import (
	"fmt"
	"io/fs"
	"math"
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

// burnt is the CPU time a second under the fault, in whichever window a reading is about that may
// be as old as the window: at least in the laziest one, and at most in the busiest.
func burnt(m *moment) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for i, a := range m.looks {
		for _, b := range m.looks[i+1:] {
			if took := b.At.Sub(a.At); took >= window*8/10 && took <= 2*window {
				f := (b.CPU - a.CPU) / took.Seconds()
				low, high = min(low, f), max(high, f)
			}
		}
	}
	return low/1.5 - 0.05, high*1.5 + 0.05
}
