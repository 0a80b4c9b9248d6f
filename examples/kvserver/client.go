package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A client is one connection. Its goroutine reads commands, runs them one after
// the other and writes the replies in their order. Only that goroutine touches
// it, but for these:
//
//   - card, which others read;
//   - push, with which they send it a message;
//   - arm, with which the server sets a last deadline.
//
// What it reads and writes goes through its own keyspace, which tells watchers
// which keys this client has changed.
type client struct {
	server *server
	conn   net.Conn
	id     int64
	card   card
	keys   *keyspace // as this client sees it
	in     *resp.Reader
	reads  patience
	out    resp.Writer      // replies that are not written yet
	outbox outbox           // messages that others have for it
	tracks *tracking.Client // nil as long as it has never tracked
	value  []byte           // scratch for a page of keys
	rooms  rooms            // for values that are read

	multi   *transaction // nil unless one is being sent
	watched *watched     // for the next transaction
	held    *heldReplies // nil unless a transaction runs

	replies int // bytes of the budget that are for replies
	pushed  int // and for messages among them
	turn    sendTurn
	load    load // of the command that runs
	running bool // a command

	last     *command
	lookout  lookout // for the client's end of the connection
	commands int64   // since the last flush
	flushes  int
	broken   error     // why nothing can be written any more
	begun    time.Time // when the command that has not come in full was first waited for
	leaving  bool      // no further command is run
}

func newClient(s *server, conn net.Conn, id int64) *client {
	c := &client{server: s, conn: conn, id: id, reads: patience{conn: conn, news: make(chan struct{}, 1)}}
	c.card.since = time.Now()
	c.card.queued.Store(-1)
	c.keys = s.keys.as(id)
	c.lookout.conn = conn
	c.outbox.open(s.budget)
	c.rooms = newRooms(c)
	return c
}

var errStopped = errors.New("the server stops")

// serve runs the client until it leaves, breaks the protocol or has to go.
func (c *client) serve(ctx context.Context) {
	defer func() { _ = c.conn.Close() }()
	defer func() {
		c.rooms.release() // of a command that has panicked
		c.server.budget.Give(c.replies + c.pushed)
	}()
	defer c.outbox.shut()
	defer func() { c.tracks.Off() }()
	defer c.discard()
	defer c.survive()
	ctx, c.lookout.cancel = context.WithCancel(ctx)
	defer c.lookout.cancel()
	err := c.loop(ctx)
	var protocol *resp.ProtocolError
	switch {
	case err == nil, errors.Is(err, errStopped):
	case errors.As(err, &protocol):
		c.server.log.warn(catalog.ClientRefused, c.conn.RemoteAddr(), zap.Error(err))
		c.fail(err.Error())
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.server.log.warn(catalog.ClientDropped, c.conn.RemoteAddr(), zap.Error(err))
		return
	default: // the client has gone
		return
	}
	c.outbox.shut()
	c.reads.deafen()
	if c.flush() == nil {
		c.linger()
	}
}

// survive keeps a panic from ending the other clients. The reply is lost, since
// nobody knows how much of it was made.
func (c *client) survive() {
	if r := recover(); r != nil {
		c.server.log.warn(catalog.CommandPanicked, c.conn.RemoteAddr(),
			zap.String(catalog.FieldPanic, fmt.Sprint(r)), zap.ByteString(catalog.FieldStack, debug.Stack()))
	}
}

// loop returns nil when the client is leaving. What the last command took it gives
// back, also when it panics: to write the last replies can take long.
func (c *client) loop(ctx context.Context) error {
	defer c.endTurn()
	defer c.in.Release()
	for !c.leaving {
		args, ok, err := c.in.Next()
		switch {
		case err != nil && !ok:
			return err
		case ok:
			if err != nil { // it was read and thrown away
				c.commands++
				c.reject(nil, commandError(err.Error()))
			} else {
				c.run(ctx, args)
			}
			c.begun = time.Time{}
			c.endTurn()
			c.deliver()
			if err = c.broken; err == nil {
				err = c.flushFull()
			}
			if err == nil && ctx.Err() != nil { // nothing more can be done
				_ = c.flush()
				err = ctx.Err()
			}
		default:
			// All that has come is answered before the server waits for more.
			c.deliver()
			if err = c.flush(); err == nil {
				err = c.fill()
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fill waits for the client's next bytes. One that is idle for a moment gives its
// buffer back.
func (c *client) fill() error {
	c.awaitTurn()
	lim := &c.server.limits
	for _, idle := range [...]time.Duration{lim.bufferTime, lim.idleTime - lim.bufferTime} {
		err := c.wait(idle)
		switch {
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case c.reads.slept(): // somebody has a message
			return nil
		case c.server.draining.Load():
			return errStopped
		case c.in.Partial():
			return err
		}
		c.rest()
	}
	return io.EOF // it has been idle, which is no offence
}

// wait waits for the next bytes: between commands for so long, and within one as
// long as it may take.
func (c *client) wait(idle time.Duration) error {
	// Drain sets its flag and then the last deadline: whoever comes first, that
	// one holds.
	if !c.server.draining.Load() {
		if c.in.Partial() {
			if c.begun.IsZero() {
				c.begun = time.Now()
			}
			c.reads.armUntil(c.begun.Add(c.server.limits.allowed(c.server.limits.requestTime, c.in.Received())))
		} else {
			c.begun = time.Time{} // what began may have been empty, and no command
			c.arm(idle)
		}
		if c.server.draining.Load() {
			c.arm(c.server.limits.graceTime)
		}
	}
	return c.in.Fill()
}

func (c *client) arm(patience time.Duration) { c.reads.arm(patience) }

// linger tells the client that no more comes, and waits until it has read the
// rest: to close with bytes unread resets the connection, and that takes
// replies away that are still on their way.
func (c *client) linger() {
	if closeWrite(c.conn) != nil {
		return
	}
	c.arm(c.server.limits.lingerTime)
	_, _ = io.Copy(io.Discard, c.conn)
}

// closeWrite closes the writing side of a connection, which may be wrapped.
func closeWrite(conn net.Conn) error {
	for {
		switch c := conn.(type) {
		case interface{ CloseWrite() error }:
			return c.CloseWrite()
		case interface{ NetConn() net.Conn }:
			conn = c.NetConn()
		default:
			return errors.ErrUnsupported
		}
	}
}

// fail replies with an error.
func (c *client) fail(message string) {
	reply := "ERR " + message // its code, no message of a log
	c.out.Error(reply)
}
