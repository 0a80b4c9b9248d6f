package linewriter

import (
	"context"
	"fmt"
	"time"
)

const (
	// idleLimit is how long an output that takes nothing is waited for when all
	// that waits should be written. One that takes something is waited for on.
	idleLimit = 500 * time.Millisecond

	// syncLimit is how long the output may take to sync what it has.
	syncLimit = 5 * time.Second
)

// Flush waits until the output has all lines so far. It returns an error if the
// output fails, takes nothing for half a second, or ctx is done.
func (w *Writer) Flush(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush(ctx)
}

func (w *Writer) flush(ctx context.Context) error {
	end := w.added
	return w.await(ctx, idleLimit, func() bool { return w.taken >= end })
}

// Sync writes all lines so far, as [Writer.Flush] does, and has the output sync
// them, for which it waits at most 5 s. There is nothing to sync in a pipe, a
// socket or a terminal.
func (w *Writer) Sync() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.flush(context.Background()); err != nil || !w.out.syncs() {
		return err
	}
	w.syncWanted++
	wanted := w.syncWanted
	if err := w.await(context.Background(), syncLimit, func() bool { return w.syncDone >= wanted }); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return w.syncErr
}

// Close writes what waits, for which it waits as [Writer.Flush] does, and gives
// up the rest. Its error says how many lines are missing about which the output
// has no line. Lines that come later are written if the output takes them, and
// lost if it has stalled.
//
// A write that hangs is left behind.
func (w *Writer) Close(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.await(ctx, idleLimit, func() bool { return w.taken == w.added && w.losses.unsaid == 0 })
	w.closed = true
	w.alarm.stop()
	w.tryAgain() // and end
	if lost := w.discard(); lost > 0 {
		return fmt.Errorf("%d log lines are lost: %w", lost, err)
	}
	return nil
}

// await has what waits written until there is nothing to wait for any more. It
// returns an error if the output fails, if it takes nothing for longer than
// limit, or when ctx is done.
func (w *Writer) await(ctx context.Context, limit time.Duration, done func() bool) error {
	w.tryAgain()
	wake := func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.moved.Broadcast()
	}
	defer context.AfterFunc(ctx, wake)()
	timer := time.AfterFunc(limit, wake)
	defer timer.Stop()

	failures, taken, moved := w.health.failures, w.taken, time.Now()
	for !done() {
		if !w.busy {
			w.write()
			continue
		}
		if w.taken > taken {
			taken, moved = w.taken, time.Now()
			timer.Reset(limit)
		}
		switch {
		case w.health.failures > failures && w.health.err != nil:
			return w.health.err
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Since(moved) >= limit:
			return errStalled
		}
		w.moved.Wait() //otelkv:waitok the timer and ctx wake it
	}
	return nil
}

// tryAgain ends a pause, or the next one.
func (w *Writer) tryAgain() {
	select {
	case w.kick <- struct{}{}:
	default: // there is one already
	}
}
