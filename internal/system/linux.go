package system

import (
	"io/fs"
	"runtime"
	"time"
)

// Linux is a machine as Linux shows it in files.
type Linux struct {
	Root       fs.FS // of the directories proc and sys
	PageSize   uint64
	GOMAXPROCS func() int
}

// Machine returns the Machine that reads the files.
func (l Linux) Machine() Machine { return Machine{l.resident, l.memory, l.cpu} }

func (l Linux) resident() (uint64, error) {
	resident, _, err := l.pages()
	return resident * l.PageSize, err
}

// memory returns the tightest of the groups' limits, or else the part of the
// process that no file backs against the machine's memory.
func (l Linux) memory() (Memory, error) {
	kilobytes, err := keyed(l.Root, "proc/meminfo", "MemTotal:")
	if err != nil {
		return Memory{}, err
	}
	machine := kilobytes["MemTotal:"] * 1024
	groups, err := findGroups(l.Root)
	if err != nil {
		return Memory{}, err
	}
	tightest, limited, err := groups.memory(machine)
	if err != nil || limited {
		return tightest, err
	}
	resident, shared, err := l.pages()
	return Memory{Used: minus(resident, shared) * l.PageSize, Limit: machine}, err
}

// pages returns the process's memory, and the part of it that files back or that
// other processes share.
func (l Linux) pages() (resident, shared uint64, err error) {
	const name = "proc/self/statm"
	numbers, err := fields(l.Root, name, 3)
	if err != nil {
		return 0, 0, err
	}
	if resident, err = number(name, numbers[1]); err != nil {
		return 0, 0, err
	}
	shared, err = number(name, numbers[2])
	return resident, shared, err
}

func (l Linux) cpu() (CPU, error) {
	used, err := cpuTime(l.Root)
	if err != nil {
		return nil, err
	}
	groups, err := findGroups(l.Root)
	if err != nil {
		return nil, err
	}
	online, err := l.online()
	if err != nil {
		return nil, err
	}
	limits, err := groups.cpu(used, online)
	if err != nil {
		return nil, err
	}
	own, err := l.allowed(groups, online)
	if err != nil {
		return nil, err
	}
	capacity := float64(min(own, l.GOMAXPROCS()))
	return append(limits, CPULimit{Of: "process", Used: used, Capacity: capacity}), nil
}

// cpuTime returns what the process has used in user and system mode.
func cpuTime(root fs.FS) (time.Duration, error) {
	const name = "proc/self/stat"
	const tick = time.Second / 100 // USER_HZ, the same on every architecture of Go
	// The second field is the program's name in parentheses, with anything in
	// it; utime and stime are the 14th and 15th.
	numbers, err := fieldsAfter(root, name, ')', 13)
	if err != nil {
		return 0, err
	}
	user, err := number(name, numbers[11])
	if err != nil {
		return 0, err
	}
	system, err := number(name, numbers[12])
	return time.Duration(min(user+system, 1<<53)) * tick, err
}

// online returns the processors that the machine has. Where it does not tell
// them, they are those that the program was started on.
func (l Linux) online() (processors, error) {
	set, ok, err := readProcessors(l.Root, "sys/devices/system/cpu/online")
	if err != nil || ok {
		return set, err
	}
	return firstProcessors(runtime.NumCPU()), nil
}

// allowed returns how many of the machine's processors the process can run on.
func (l Linux) allowed(groups groups, online processors) (int, error) {
	set := online
	status, ok, err := statusProcessors(l.Root)
	if err != nil {
		return 0, err
	}
	if ok {
		set = set.and(status)
	}
	of, ok, err := groups.processors()
	if err != nil {
		return 0, err
	}
	if ok {
		set = set.and(of)
	}
	return set.count(), nil
}
