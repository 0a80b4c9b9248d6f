package e2e

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// A checker writes from many connections, and keeps what was acknowledged.
type checker struct {
	writers []*writer
	acked   atomic.Int64
}

// A writer owns some keys, whose values are numbers that only grow, so that a
// value that survived tells which writes did.
type writer struct {
	id    int
	acked [8]int // by key
	next  int
}

func newChecker(writers int) *checker {
	c := new(checker)
	for id := range writers {
		c.writers = append(c.writers, &writer{id: id})
	}
	return c
}

func (w *writer) key(i int) string { return fmt.Sprintf("writer:%d:%d", w.id, i) }

// value is the number of a write. Some are long: engines may keep those elsewhere.
func (w *writer) value(i int) string {
	const long = 70 << 10
	if i == 0 && w.id%8 == 0 {
		return fmt.Sprintf("%0*d", long, w.next)
	}
	return strconv.Itoa(w.next)
}

// write writes until the server is gone.
func (c *checker) write(ctx context.Context, client *redis.Client) *sync.WaitGroup {
	all := new(sync.WaitGroup)
	for _, w := range c.writers {
		all.Go(func() {
			for ctx.Err() == nil && w.writeOnce(ctx, client, &c.acked) {
			}
		})
	}
	return all
}

// writeOnce writes each key once, in one pipeline.
func (w *writer) writeOnce(ctx context.Context, client *redis.Client, acked *atomic.Int64) bool {
	w.next++
	pipe := client.Pipeline()
	replies := make([]*redis.StatusCmd, len(w.acked))
	for i := range replies {
		replies[i] = pipe.Set(ctx, w.key(i), w.value(i), 0)
	}
	_, err := pipe.Exec(ctx)
	for i, reply := range replies {
		if reply.Err() == nil && reply.Val() == "OK" {
			w.acked[i] = w.next
			acked.Add(1)
		}
	}
	return err == nil
}

// check reads everything: each value is the last that was acknowledged, or a
// later one whose acknowledgement was lost with the server.
func (c *checker) check(t *testing.T, client *redis.Client) {
	t.Helper()
	for _, w := range c.writers {
		for i, want := range w.acked {
			v, err := client.Get(t.Context(), w.key(i)).Result()
			if err == redis.Nil {
				v, err = "0", nil
			}
			got, parseErr := strconv.Atoi(v)
			if err != nil || parseErr != nil || got < want || got > w.next {
				t.Errorf("%s is %.100q, %v; %d was acknowledged, and %d written", w.key(i), v, err, want, w.next)
			}
		}
	}
}

// A write that was acknowledged is there after the server was killed, or asked
// to end, in the middle of others.
func TestKVServerLosesNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"pebble", "bolt", "badger"} {
		for name, signal := range map[string]syscall.Signal{"kill -9": syscall.SIGKILL, "SIGTERM": syscall.SIGTERM} {
			t.Run(engine+" "+name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				c := newChecker(32)
				for round := range 3 {
					s := startKVServer(t, "-engine", engine, "-dir", dir)
					client := s.client(t, len(c.writers))
					c.check(t, client)
					enough := c.acked.Load() + 4_000
					ctx, cancel := context.WithCancel(t.Context())
					all := c.write(ctx, client)
					s.Eventually(t, "4,000 acknowledged writes", func() bool { return c.acked.Load() > enough })
					if err := s.Cmd.Process.Signal(signal); err != nil {
						t.Fatal(err)
					}
					<-s.Ended
					all.Wait()
					cancel()
					if status := s.Cmd.ProcessState.ExitCode(); signal == syscall.SIGTERM && status != 0 {
						t.Errorf("exit status %d after SIGTERM: %s", status, s.Stderr.Tail(500))
					}
					t.Logf("round %d: %d writes acknowledged", round, c.acked.Load())
				}
				c.check(t, startKVServer(t, "-engine", engine, "-dir", dir).client(t, 1))
			})
		}
	}
}
