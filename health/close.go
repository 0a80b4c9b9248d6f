package health

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/otelkv/otelkv/internal/outbox"
)

// closeGrace is how long Close waits for functions whose context it has
// cancelled: long enough to hang up, short against any termination period.
const closeGrace = time.Second

// Close stops all checks and the metrics; from then on the program is alive
// and not ready. It cancels the context of functions that run and waits for
// them, for hooks and for log lines, for one second at most; the error names
// what did not return. That is left behind: Go cannot end it. Further calls wait
// for the first one and return nil.
func (h *Health) Close() error {
	if !h.runs() {
		return nil
	}
	h.mu.Lock()
	first := !h.closed
	h.closed = true
	h.mu.Unlock()
	if !first {
		<-h.ended //otelkv:waitok the first call has a limit
		return nil
	}
	defer close(h.ended)
	h.draining.Store(true)
	h.cancel()
	h.loops.Wait() //otelkv:waitok loops wait for nobody

	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	return errors.Join(h.unregister(ctx), h.stuck(ctx), h.silence(ctx))
}

// unregister waits as long for a collection under way as ctx allows.
func (h *Health) unregister(ctx context.Context) error {
	if h.meters == nil {
		return nil
	}
	err, late := outbox.Try(ctx, h.meters.Unregister)
	if err = errors.Join(err, late); err != nil {
		return fmt.Errorf("health: the metrics: %w", err)
	}
	return nil
}

// stuck waits for the functions of the user, and names those that do not return.
func (h *Health) stuck(ctx context.Context) error {
	returned := make(chan struct{})
	go func() {
		h.calls.Wait()
		close(returned)
	}()
	var names []string
	stuck := false
	select {
	case <-returned:
	case <-ctx.Done():
		stuck = true
	}
	for _, e := range *h.entries.Load() {
		if e.running != nil && e.running() {
			names = append(names, e.name)
		}
	}
	if stuck && len(names) == 0 {
		names = append(names, "a check that was unregistered")
	}
	if !h.hooks.close(ctx) {
		names = append(names, "a hook")
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("health: did not return when cancelled: %s", strings.Join(names, ", "))
}

// silence waits for the log lines.
func (h *Health) silence(ctx context.Context) error {
	if n := h.log.Close(ctx); n > 0 {
		return fmt.Errorf("health: %d log lines are not written, since the logger did not return", n)
	}
	return nil
}
