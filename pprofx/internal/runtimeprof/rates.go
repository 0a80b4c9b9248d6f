package runtimeprof

import (
	"runtime"
	"sync"
)

// rates turns the profiles of mutexes and of blocking on for as long as
// somebody records them.
type rates struct {
	fraction, blockRate int

	mu           sync.Mutex
	mutex, block int  // who records
	turnedOn     bool // the mutex profile, by us
}

// hold returns a function that turns the rate back.
func (r *rates) hold(profile string) (release func()) {
	switch {
	case !r.costs(profile):
		return func() {}
	case profile == "mutex":
		r.holdMutex()
		return r.releaseMutex
	default:
		r.holdBlock()
		return r.releaseBlock
	}
}

// costs reports whether the program pays for as long as the profile is
// recorded. The others are counted anyway.
func (r *rates) costs(profile string) bool {
	return profile == "mutex" && r.fraction > 0 || profile == "block" && r.blockRate > 0
}

// holdMutex leaves a rate alone that the program has set.
func (r *rates) holdMutex() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mutex++; r.mutex == 1 && runtime.SetMutexProfileFraction(-1) == 0 {
		runtime.SetMutexProfileFraction(r.fraction)
		r.turnedOn = true
	}
}

func (r *rates) releaseMutex() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mutex--; r.mutex == 0 && r.turnedOn {
		r.turnedOn = false
		if runtime.SetMutexProfileFraction(-1) == r.fraction { // unless the program has set its own since
			runtime.SetMutexProfileFraction(0)
		}
	}
}

func (r *rates) holdBlock() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.block++; r.block == 1 {
		runtime.SetBlockProfileRate(r.blockRate)
	}
}

func (r *rates) releaseBlock() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.block--; r.block == 0 {
		runtime.SetBlockProfileRate(0)
	}
}
