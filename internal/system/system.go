// Package system reads the machine that the program runs on: the memory and the
// CPU that it uses and can have at most, and how full a filesystem is. Probes,
// metrics and triggers read it here and nowhere else, so that they say the same
// number. docs/decisions/0025 says what "used" means.
//
// It reads files of the kernel, which takes some tenths of a millisecond and can
// hang, as a filesystem can: call it in the background.
package system

import "time"

// A Machine tells what the process uses and can have at most. Its zero value
// tells nothing. It is safe for concurrent use.
type Machine struct {
	resident func() (uint64, error)
	memory   func() (Memory, error)
	cpu      func() (CPU, error)
}

// Local returns the machine that the process runs on.
func Local() Machine { return local() }

// Resident returns the bytes of memory that the process has. Where the system
// does not tell, it is what the Go runtime has of it.
func (m Machine) Resident() (uint64, error) { return ask(m.resident) }

// Memory returns what is used of the tightest limit, and errors.ErrUnsupported
// where the system does not tell. A limit that cannot be read is an error, since
// it may be the tightest.
func (m Machine) Memory() (Memory, error) { return ask(m.memory) }

// CPU takes a reading of the CPU time, of which two make a share. It returns
// errors.ErrUnsupported where the system does not tell. A limit that cannot be
// read is an error, since it may be the tightest.
func (m Machine) CPU() (CPU, error) { return ask(m.cpu) }

// Memory is what is used of a limit of memory, in bytes.
type Memory struct {
	Used  uint64 // that cannot be given back
	Limit uint64
}

// Share returns the used share, from 0 to 1.
func (m Memory) Share() float64 {
	if m.Limit == 0 {
		return 1
	}
	return min(1, float64(m.Used)/float64(m.Limit))
}

// CPU is one reading of the CPU time that has been used under each limit that
// holds for the process.
type CPU []CPULimit

// A CPULimit is one of them: the process on its processors, or a group of
// processes that has a quota or processors of its own.
type CPULimit struct {
	Of       string // whose limit it is, which tells it from others
	Used     time.Duration
	Capacity float64 // processors, which may be a fraction
}

// Share returns the used share, from 0 to 1, of the tightest limit between two
// readings, of which before is the older one by the time elapsed. It returns false
// when no limit is in both.
func (c CPU) Share(before CPU, elapsed time.Duration) (share float64, ok bool) {
	for _, now := range c {
		for _, then := range before {
			if now.Of != then.Of || now.Used < then.Used || now.Capacity <= 0 || elapsed <= 0 {
				continue
			}
			used := (now.Used - then.Used).Seconds() / (now.Capacity * elapsed.Seconds())
			// Bursts and the clocks' grain can carry it a little beyond.
			share, ok = max(share, min(1, used)), true
		}
	}
	return share, ok
}
