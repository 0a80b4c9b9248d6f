package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Drain answers what was sent before, and cuts between two commands.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{Store: memory(t), pause: time.Second}
		s := start(t, store)
		idle, busy, partial := s.dial(), s.dial(), s.dial()
		busy.send(strings.Repeat(encode("set", "k", "v"), 3))
		partial.send(encode("ping") + "*2\r\n$3\r\nget\r\n")
		if got := partial.reply(); got != "PONG" {
			t.Errorf("ping: %s", got)
		}
		synctest.Wait()

		drained := make(chan time.Duration)
		go func() { drained <- elapsed(s.stop) }()
		idle.closed()
		partial.closed()
		for range 3 {
			if got := busy.reply(); got != "OK" {
				t.Errorf("a command that was received: %s", got)
			}
		}
		busy.closed()
		if d := <-drained; d < 3*time.Second || d >= defaultLimits.drainTime {
			t.Errorf("drain took %v for 3 commands of a second", d)
		}
		select {
		case s.net.conns <- nil:
			t.Error("a client was accepted after drain")
		default:
		}
		if got := s.messages(); len(got) != 0 {
			t.Errorf("lines %s", got)
		}
	})
}

// What comes within the grace time is answered, too: it was on its way.
func TestDrainGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		c.do("ping")
		go s.stop()
		time.Sleep(defaultLimits.graceTime / 2)
		if got := c.do("set", "k", "v"); got != "OK" {
			t.Errorf("a command on its way: %s", got)
		}
		c.closed()
	})
}

// Commands that take too long are cancelled, so that the end comes in time.
func TestDrainIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, &slowStore{Store: memory(t), pause: time.Hour})
		c, reader := s.dial(), s.dial()
		c.send(encode("set", "k", "v"))
		go io.WriteString(reader.conn, strings.Repeat(encode("ping"), 100_000)) // and reads nothing
		synctest.Wait()
		if d := elapsed(s.stop); d != defaultLimits.drainTime {
			t.Errorf("drain took %v", d)
		}
	})
}

// slowStore takes its time for a write, unless the context ends.
type slowStore struct {
	kvdb.Store
	pause time.Duration
}

func (s *slowStore) Put(ctx context.Context, key, value []byte) error {
	select {
	case <-time.After(s.pause):
		return s.Store.Put(ctx, key, value)
	case <-ctx.Done():
		return kvdb.CheckContext(ctx, "put")
	}
}

// A failing listener is tried again, ever more slowly, until drain.
func TestAcceptErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &failingListener{pipeListener: newPipeListener()}
		log, lines := observedLog()
		s := startServer(l, newKeyspace(memory(t), "test"), defaultLimits, log, nil, about{})
		time.Sleep(time.Minute)
		if n := l.calls.Load(); n < 60 || n > 70 {
			t.Errorf("%d calls of Accept in a minute", n)
		}
		if n := lines.FilterMessage(catalog.ConnectionNotAccepted).Len(); n == 0 {
			t.Error("no line")
		}
		s.drain()
		select {
		case err := <-s.failure():
			t.Errorf("drain made the server fail: %v", err)
		default:
		}
	})
}

type failingListener struct {
	*pipeListener
	calls atomic.Int64
}

func (l *failingListener) Accept() (net.Conn, error) {
	l.calls.Add(1)
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	default:
		return nil, errors.New("too many open files")
	}
}

func TestDebugLine(t *testing.T) {
	s := start(t, memory(t))
	s.dial().do("ping")
	lines := s.lines.FilterMessage(catalog.ConnectionAccepted).All()
	if len(lines) != 1 || lines[0].Level != zap.DebugLevel || lines[0].ContextMap()["client_ip"] == nil {
		t.Errorf("lines %v", lines)
	}
}
