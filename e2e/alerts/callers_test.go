package alerts

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// A habit is how callers of kvserver call it, one for each command: once in every so long,
// or as a function does that.
type habit struct {
	commands [][]any
	every    time.Duration
	do       func(context.Context, *redis.Client, []any, *program)
}

var (
	get = []any{"GET", "a"}

	steady = habit{[][]any{get, {"SET", "a", "1"}, {"DEL", "b"}, {"MSET", "c", "1", "d", "2"}}, time.Second, once}

	// Each operation goes badly hardly often enough to be told of, four times in the ten
	// seconds of a window, and the service four times as often.
	spread = habit{steady.commands, 2500 * time.Millisecond, until(slow, 54)}

	// There are three bad operations in a minute, fewer than ten in half an hour that is scaled,
	// and more than ten in two hours.
	rare     = habit{[][]any{get}, 17 * time.Second, rarely(fails)}
	rareSlow = habit{[][]any{get}, 17 * time.Second, rarely(slow)}

	// One operation in some 130 fails: more than the budget allows, and less than wakes
	// anybody for an operation or a probe.
	sometimes = habit{[][]any{get}, time.Millisecond, moments}
)

const pace = 40 * time.Millisecond // from call to call, until one goes badly

func fails(err error, _ time.Duration) bool { return err != nil && !errors.Is(err, redis.Nil) }

// slow is what the alerts call slow, whoever made it so: a machine that is busy must not make more of them in a round.
func slow(_ error, took time.Duration) bool { return took > objective.LatencyP99 }

// callAs lets callers do so until the end of the test or of the returned function.
func callAs(t *testing.T, h habit, p *program) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	client := redis.NewClient(&redis.Options{
		MaxRetries: -1, ReadTimeout: 2 * time.Second, DialTimeout: 2 * time.Second,
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) { // to where it is now
			var d net.Dialer
			return d.DialContext(ctx, "tcp", p.redis())
		},
	})
	var callers sync.WaitGroup
	for _, command := range h.commands {
		callers.Go(func() { h.caller(ctx, client, command, p) })
	}
	stop = sync.OnceFunc(func() {
		cancel()
		callers.Wait()
		_ = client.Close()
	})
	t.Cleanup(stop)
	return stop
}

func (h habit) caller(ctx context.Context, client *redis.Client, command []any, p *program) {
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	for ctx.Err() == nil {
		h.do(ctx, client, command, p)
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

func once(ctx context.Context, client *redis.Client, command []any, _ *program) {
	_ = client.Do(ctx, command...).Err() // what is wrong is to be seen in alerts
}

// until calls until a call goes badly, and at most so many times.
func until(bad func(error, time.Duration) bool, most int) func(context.Context, *redis.Client, []any, *program) {
	return func(ctx context.Context, client *redis.Client, command []any, _ *program) {
		repeat(ctx, most, pace, func() (end bool) {
			began := time.Now()
			err := client.Do(ctx, command...).Err()
			return bad(err, time.Since(began))
		})
	}
}

func not(bad func(error, time.Duration) bool) func(error, time.Duration) bool {
	return func(err error, took time.Duration) bool { return !bad(err, took) }
}

// rarely calls until a call goes badly, and much more after the fault: the share of what was bad
// has to fall below what three days allow, whose windows do not end within a test.
func rarely(bad func(error, time.Duration) bool) func(context.Context, *redis.Client, []any, *program) {
	const few, many, pace = 380, 3400, 5 * time.Millisecond
	return func(ctx context.Context, client *redis.Client, command []any, p *program) {
		if !p.moments.Load() {
			until(bad, few)(ctx, client, command, p)
			until(not(bad), few)(ctx, client, command, p) // where nothing else succeeds for half a minute, the service is not ready
			return
		}
		repeat(ctx, many, pace, func() bool {
			once(ctx, client, command, p)
			return false
		})
	}
}

// moments calls many times while all is well, and while the program wants a fault for
// moments, until a call fails under it.
func moments(ctx context.Context, client *redis.Client, command []any, p *program) {
	const well, pace = 120, 5 * time.Millisecond
	repeat(ctx, well, pace, func() bool {
		once(ctx, client, command, p)
		return false
	})
	if !p.moments.Load() || p.ask("errors") != nil {
		return
	}
	repeat(ctx, 10*well, pace, func() bool {
		return fails(client.Do(ctx, command...).Err(), 0)
	})
	_ = p.ask("none") // or the next moment is longer
}

func repeat(ctx context.Context, most int, pace time.Duration, do func() (end bool)) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for range most {
		if do() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
