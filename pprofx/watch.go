package pprofx

import (
	"fmt"
	"math"
	"time"
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
