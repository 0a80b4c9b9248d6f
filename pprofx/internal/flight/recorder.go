// Package flight keeps the last seconds of the execution trace in memory, to be
// had after something happened: it makes the flight recorder of package
// runtime/trace, of which a process has one, safe for concurrent use.
package flight

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/trace"
	"sync"
	"time"
)

// Errors of Snapshot.
var (
	ErrStopped  = errors.New("flight: the recorder is stopped")
	ErrTooLarge = errors.New("flight: the snapshot would be larger than four times the recorder's memory")
)

// A Recorder is a flight recorder that runs. It is safe for concurrent use.
type Recorder struct {
	recorder *trace.FlightRecorder
	most     int // bytes of a snapshot

	mu      sync.Mutex // over all calls of the recorder below, whose methods race
	stopped bool
}

// maxExcess is how much larger than its memory a snapshot may be. The runtime
// takes the memory for a hint: it keeps whole seconds, even if one alone is more.
const maxExcess = 4

// Start starts to record. The recorder keeps at least minAge of what happened,
// unless that is more than about maxBytes. It works beside an execution trace,
// but returns an error while another flight recorder runs in the process, which
// need not be of this package.
func Start(minAge time.Duration, maxBytes uint64) (*Recorder, error) {
	r := &Recorder{
		recorder: trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: minAge, MaxBytes: maxBytes}),
		most:     maxExcess * int(min(maxBytes, 1<<28)), //nolint:gosec // small
	}
	if err := r.recorder.Start(); err != nil {
		return nil, fmt.Errorf("flight: a process has one flight recorder, and this one does not start: %w", err)
	}
	return r, nil
}

// A Note is a line in a trace, which viewers show as a log of the goroutine that
// took the snapshot. Of a text the runtime keeps 1,024 bytes.
type Note struct{ Category, Text string }

// Snapshot returns what was recorded, the notes at its end, in the format that
// "go tool trace" opens. The recorder goes on. It takes milliseconds; whoever
// wants one meanwhile waits for one of its own, with its own notes. A stopped
// recorder gives ErrStopped.
func (r *Recorder) Snapshot(notes ...Note) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return nil, ErrStopped
	}
	for _, n := range notes {
		trace.Log(context.Background(), n.Category, n.Text)
	}
	snapshot := bounded{most: r.most}
	if _, err := r.recorder.WriteTo(&snapshot); err != nil {
		if errors.Is(err, ErrTooLarge) {
			return nil, err
		}
		return nil, fmt.Errorf("flight: %w", err)
	}
	return snapshot.Bytes(), nil
}

// Stop ends the recording and frees its memory; the process can start another
// recorder then. It waits for a snapshot being taken. Further calls do nothing.
func (r *Recorder) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.stopped = true
		r.recorder.Stop()
	}
}

// A bounded buffer refuses what would make it larger. A trace that is cut off
// could not be opened.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > b.most-b.Len() {
		return 0, ErrTooLarge
	}
	return b.Buffer.Write(p)
}
