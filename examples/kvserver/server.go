package main

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/cursor"
	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A server accepts clients and gives each a goroutine.
type server struct {
	listener net.Listener
	keys     *keyspace
	cursors  *cursor.Table
	limits   limits
	budget   *resp.Budget
	tracks   *tracking.Table
	heavy    chan struct{} // full while a large write has its turn
	tables   *engineTables
	turns    *turns
	log      *serverLog
	traces   *traces // nil for none
	about    about   // what INFO tells
	stats    stats
	watches  watches

	draining atomic.Bool
	waits    context.Context //nolint:containedctx // of what waits and is no command; it ends when the server begins to stop
	endWaits context.CancelFunc
	cancel   context.CancelFunc
	accepted chan struct{} // closed when no more clients come
	failed   chan error    // what ended the server, unless drain did

	mu      sync.Mutex
	clients map[*client]struct{}
	serving sync.WaitGroup
}

// stats are what INFO counts.
type stats struct {
	connections, rejected, commands atomic.Int64
}

// startServer serves the clients of a listener until drain.
func startServer(l net.Listener, keys *keyspace, lim limits, log *serverLog, tr *traces, a about) *server {
	ctx, cancel := context.WithCancel(context.Background())
	budget := resp.NewBudget(lim.memory)
	s := &server{
		listener: l,
		keys:     keys,
		limits:   lim,
		budget:   budget,
		cursors:  cursor.NewTable(scanLimits, budget),
		log:      log,
		traces:   tr,
		about:    a,
		heavy:    make(chan struct{}, 1),
		cancel:   cancel,
		accepted: make(chan struct{}),
		failed:   make(chan error, 1),
		clients:  make(map[*client]struct{}),
	}
	s.budget.Reserve(lim.memory / 8)
	s.waits, s.endWaits = context.WithCancel(ctx)
	s.tables = newEngineTables(keys.db.store, lim.table)
	s.turns = newTurns(s.budget.Free())
	s.tracks = tracking.NewTable(lim.tracking(), s.budget)
	keys.tracks = s.tracks
	keys.db.longest = lim.key
	keys.watchers = append(keys.watchers, &s.watches)
	go func() {
		defer close(s.accepted)
		if err := s.accept(ctx); !errors.Is(err, net.ErrClosed) {
			s.failed <- err
		}
	}()
	return s
}

// failure returns a channel for the error that ended the server.
func (s *server) failure() <-chan error { return s.failed }

// accept returns when the listener is closed. It waits out other errors, such
// as too many open files, which end when clients go.
func (s *server) accept(ctx context.Context) error {
	const longest = time.Second
	var pause time.Duration
	for {
		conn, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			pause = min(max(2*pause, 5*time.Millisecond), longest)
			s.log.accept(err)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return net.ErrClosed
			}
		default:
			pause = 0
			s.admit(ctx, conn)
		}
	}
}

// admit serves a connection, or tells it that there are too many.
func (s *server) admit(ctx context.Context, conn net.Conn) {
	c := newClient(s, conn, s.stats.connections.Add(1))
	if !s.enter(c) {
		s.stats.rejected.Add(1)
		s.log.warn(catalog.TooManyClients, conn.RemoteAddr())
		// A socket that has just been opened has room for a line.
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		c.fail("max number of clients reached")
		_, _ = conn.Write(c.out.Bytes())
		_ = conn.Close()
		return
	}
	c.in = resp.NewReader(conn, s.limits.size, s.budget)
	s.log.accepted(conn.RemoteAddr())
	s.serving.Go(func() {
		defer s.leave(c)
		c.serve(withClientIP(ctx, conn.RemoteAddr()))
	})
}

func (s *server) enter(c *client) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.clients) >= s.limits.clients || !s.budget.TakeReserved(clientMemory) {
		return false
	}
	s.clients[c] = struct{}{}
	return true
}

func (s *server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c)
	s.budget.Give(clientMemory)
}

func (s *server) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients)
}

// drain ends the server: no new client is accepted, commands that have been
// received are run and answered, and then the connections are closed. Clients
// that take too long are cut off, and commands that do are cancelled.
func (s *server) drain() {
	_ = s.listener.Close()
	<-s.accepted
	s.draining.Store(true)
	s.endWaits()
	s.each(func(c *client) { c.arm(s.limits.graceTime) })

	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(s.limits.drainTime):
		s.cancel()
		s.each(func(c *client) { _ = c.conn.Close() })
		<-done // the engine lets go of them, or its Close would wait as well
	}
	s.cancel()
}

// all returns the clients that are connected, in no order.
func (s *server) all() []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.clients))
}

func (s *server) each(do func(*client)) {
	for _, c := range s.all() {
		do(c)
	}
}
