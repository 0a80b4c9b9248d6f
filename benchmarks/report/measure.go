package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A subject is measured as the time of one operation.
type subject struct {
	name       string
	loop       loop
	goroutines int // that run the loop at the same time
	slice      time.Duration
}

const (
	// short is how long one subject runs in one round: long against the switch
	// between subjects, short against the seconds over which a machine's speed
	// drifts.
	short = 5 * time.Millisecond

	// long is the same for a subject that allocates: several garbage collections.
	// In a slice of 5 ms there would be one or none, and whether the subject pays
	// for its garbage would depend on where the slice ends, a third of its time.
	long = 25 * time.Millisecond

	// warmup is the part of a slice that runs untimed before it, to fetch the
	// caches and the branch predictor back from the subject before.
	warmup = 10

	// attempts is how often at most a slice is measured until nobody takes a
	// processor away meanwhile. On a machine so busy that more are needed, more
	// rounds help more.
	attempts = 3
)

var errClock = errors.New("the monotonic clock went backwards")

// measure runs every subject once a round and returns nanoseconds of an
// operation, by subject and round. The order turns by one subject each round
// and is reversed in every other, so that each follows each, and drift falls
// on all alike. Before each slice the garbage of the ones before is collected.
func measure(ctx context.Context, subjects []subject, rounds int) (map[string][]float64, error) {
	counts, err := calibrate(subjects)
	if err != nil {
		return nil, err
	}
	samples := make(map[string][]float64, len(subjects))
	for _, s := range subjects {
		samples[s.name] = make([]float64, rounds)
	}
	for round := range rounds {
		for _, i := range order(len(subjects), round) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			s := subjects[i]
			if samples[s.name][round], err = s.sample(counts[i]); err != nil {
				return nil, err
			}
		}
	}
	return samples, nil
}

// sample returns nanoseconds of an operation, from the least disturbed of
// several slices unless the first is good enough.
func (s subject) sample(n int) (float64, error) {
	var best timing
	for attempt := range attempts {
		runtime.GC()
		t, err := s.time(n)
		if err != nil {
			return 0, err
		}
		if attempt == 0 || t.preemptions < best.preemptions {
			best = t
		}
		if best.preemptions == 0 {
			break
		}
	}
	return float64(best.elapsed) / float64(n) / float64(s.goroutines), nil
}

// order returns the indices of n subjects in the order of a round.
func order(n, round int) []int {
	indices := make([]int, n)
	for i := range indices {
		at := (i + round/2) % n
		if round%2 == 1 {
			at = n - 1 - at
		}
		indices[i] = at
	}
	return indices
}

// calibrate finds how many operations of each subject fill a slice.
func calibrate(subjects []subject) ([]int, error) {
	counts := make([]int, len(subjects))
	for i, s := range subjects {
		n := 100
		for {
			ns, err := s.sample(n)
			if err != nil {
				return nil, err
			}
			if elapsed := ns * float64(n) * float64(s.goroutines); elapsed > float64(s.slice)/4 {
				counts[i] = max(warmup, int(float64(n)*float64(s.slice)/elapsed))
				break
			}
			n *= 2
		}
	}
	return counts, nil
}

// A timing is how long a loop took.
type timing struct {
	elapsed     time.Duration // of a goroutine, in the mean
	preemptions int           // of all goroutines while any was timed
}

// time runs the loop n times in each goroutine. Who is ready first or done
// first goes on untimed, so that each is timed among all others.
func (s subject) time(n int) (timing, error) {
	var (
		ready, finished atomic.Int64
		done            sync.WaitGroup
		all             = int64(s.goroutines)
		timings         = make([]timing, all)
		errs            = make([]error, all)
	)
	release := park(rand.IntN(maxParked))
	defer release()
	for i := range all {
		done.Go(func() {
			runtime.LockOSThread() // whose preemptions are counted
			defer runtime.UnlockOSThread()
			err := s.loop(n / warmup)
			before := preemptions()
			err = errors.Join(err, s.among(&ready, all, n))
			begin := time.Now()
			err = errors.Join(err, s.loop(n))
			elapsed := time.Since(begin)
			errs[i] = errors.Join(err, s.among(&finished, all, n))
			timings[i] = timing{elapsed, preemptions() - before}
		})
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		return timing{}, fmt.Errorf("%s: %w", s.name, err)
	}
	var mean timing
	for _, t := range timings {
		mean.elapsed += t.elapsed / time.Duration(all)
		mean.preemptions += t.preemptions
	}
	return mean, nil
}

// maxParked is enough for the stacks of the timed goroutines to lie elsewhere
// in most slices.
const maxParked = 64

// park starts n goroutines that only wait and returns the function that ends
// them. The runtime gives the same stacks out again and again; with some of
// them taken, the goroutines that are timed get others each time. A counter
// that spreads goroutines by their address must not owe its result to one
// lucky or unlucky placement.
func park(n int) (release func()) {
	var begun, ended sync.WaitGroup
	gate := make(chan struct{})
	begun.Add(n)
	for range n {
		ended.Go(func() {
			begun.Done()
			<-gate
		})
	}
	begun.Wait()
	return func() {
		close(gate)
		ended.Wait()
	}
}

// among arrives and runs the loop, a thousandth of n at a time, until all have
// arrived.
func (s subject) among(arrived *atomic.Int64, all int64, n int) error {
	var errs error
	arrived.Add(1)
	for arrived.Load() < all {
		if err := s.loop(max(1, n/1000)); err != nil {
			errs = err
		}
	}
	return errs
}
