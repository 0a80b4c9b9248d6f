package otelsetup

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
)

func newUsageReader() func() usage {
	r := procReader{root: os.DirFS("/"), pageSize: os.Getpagesize(), processors: processors}
	return r.read
}

// procReader reads the usage from /proc and /sys/fs/cgroup.
type procReader struct {
	root       fs.FS
	pageSize   int
	processors func() float64
}

func (r procReader) read() usage {
	resident, anonymous := r.memory()
	u := usage{resident: resident, memory: math.NaN()}
	machine := r.machineMemory()
	groups, err := findGroups(r.root)
	if err != nil {
		return u // whether a limit holds is unknown, so a share is, too
	}
	if share, limited, err := groups.memoryShare(machine); err == nil {
		u.memory = share
		if !limited {
			u.memory = clamp(anonymous / machine)
		}
	}
	process := r.cpuSeconds()
	if limits, err := groups.cpuLimits(process); err == nil {
		u.cpu = limits
		if len(limits) == 0 && !math.IsNaN(process) {
			u.cpu = []cpuTime{{"process", process, r.processors()}}
		}
	}
	return u
}

// memory returns the resident set in bytes, and the part of it that no file
// backs.
func (r procReader) memory() (resident, anonymous float64) {
	fields, err := readFields(r.root, "proc/self/statm")
	if err != nil || len(fields) < 3 {
		return math.NaN(), math.NaN()
	}
	pages, shared := number(fields[1]), number(fields[2])
	return pages * float64(r.pageSize), max(0, pages-shared) * float64(r.pageSize)
}

// machineMemory returns the bytes of memory of the machine.
func (r procReader) machineMemory() float64 {
	return keyed(r.root, "proc/meminfo", "MemTotal:") * 1024
}

// cpuSeconds returns the CPU time of the process in user and system mode.
func (r procReader) cpuSeconds() float64 {
	const ticksPerSecond = 100 // USER_HZ, the same on every architecture of Go
	data, err := fs.ReadFile(r.root, "proc/self/stat")
	if err != nil {
		return math.NaN()
	}
	// The second field is the program's name in parentheses, with anything in
	// it; utime and stime are the 14th and 15th.
	text := string(data)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return math.NaN()
	}
	return (number(fields[11]) + number(fields[12])) / ticksPerSecond
}

func readFields(root fs.FS, name string) ([]string, error) {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(data)), nil
}

// readNumber returns the number that is the whole content of a file. NaN and no
// error stands for a file that does not exist.
func readNumber(root fs.FS, name string) (float64, error) {
	fields, err := readFields(root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return math.NaN(), nil
	}
	if err != nil {
		return 0, err
	}
	if len(fields) != 1 {
		return 0, errors.New(name + ": not a number")
	}
	return strconv.ParseFloat(fields[0], 64)
}

// keyed returns the number after a key at the start of a line, NaN when there
// is none.
func keyed(root fs.FS, name, key string) float64 {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return math.NaN()
	}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == key {
			return number(fields[1])
		}
	}
	return math.NaN()
}

func number(text string) float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return f
}
