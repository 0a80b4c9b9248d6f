package health

import (
	"context"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Drain makes the program not ready, for good, and then waits: load balancers
// need some time to see it, and send requests until they do. It stays alive,
// whatever the checks for liveness say: a program that ends is not restarted.
//
//	<-ctx.Done() // SIGTERM, by signal.NotifyContext
//	stop()       // a second one ends the program at once
//	_ = h.Drain(context.Background(), 5*time.Second)
//	_ = server.Shutdown(ctx)
//
// The pause should be longer than the period of the readiness probe times its
// failure threshold, and the time that the address needs to leave the load
// balancers. Drain returns nil after the pause, or the context's error when
// that ends before; the program stays not ready either way. Further calls wait
// as well.
func (h *Health) Drain(ctx context.Context, pause time.Duration) error {
	if !h.runs() {
		return nil
	}
	if !h.draining.Swap(true) {
		h.log.Info(catalog.Draining, milliseconds(catalog.FieldPauseMS, pause))
	}
	if !sleep(ctx, pause) {
		return context.Cause(ctx)
	}
	return nil
}
