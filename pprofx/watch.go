package pprofx

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/internal/system"
)

// watchInterval is short against the time in which a leak fills memory, and
// long against what a reading costs.
const watchInterval = 10 * time.Second

// watch captures evidence when memory or goroutines near their limit.
func (p *Profiler) watch() {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	memory := watermark{mark: p.cfg.memoryShare}
	count := watermark{mark: float64(p.cfg.goroutineLimit)}
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-ticker.C:
		}
		if share := p.readMemory(); memory.reached(share) {
			p.later(p.ctx, reasonMemory, fmt.Sprintf("%.0f_percent", share*100))
		}
		if n := p.cfg.goroutines(); count.reached(float64(n)) {
			p.later(p.ctx, reasonGoroutines, fmt.Sprint(n))
		}
	}
}

// readMemory calls the user's function, which may panic or hang.
func (p *Profiler) readMemory() (share float64) {
	share, err := ask(p.ctx, p.memory)
	if err != nil && p.ctx.Err() == nil {
		p.logFailure(p.ctx, reasonMemory.String(), "", fmt.Errorf("reading memory: %w", err))
	}
	if err != nil {
		return math.NaN()
	}
	return share
}

// foreignPatience is how long a function of the user may take that returns what
// is in memory.
const foreignPatience = 2 * time.Second

func ask[T any](ctx context.Context, f *outbox.Function[T]) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, foreignPatience)
	defer cancel()
	return f.Call(ctx)
}

// A watermark tells when a value has reached a mark, and then each time that it
// has grown by another tenth. Below nine tenths of the mark it forgets.
type watermark struct {
	mark float64 // 0 is off
	high float64 // the last value told; 0 when there is none
}

func (w *watermark) reached(value float64) bool {
	switch {
	case w.mark == 0 || math.IsNaN(value):
	case value < w.mark*0.9:
		w.high = 0
	case value >= w.mark && value >= w.high*1.1:
		w.high = value
		return true
	}
	return false
}

// memoryOf returns the function that reads the used share of a machine's memory,
// NaN when it is unknown.
func memoryOf(machine system.Machine) func() float64 {
	return func() float64 {
		m, err := machine.Memory()
		if err != nil {
			return math.NaN()
		}
		return m.Share()
	}
}
