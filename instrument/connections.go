package instrument

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/otelkv/otelkv/instrument/internal/meter"
	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/internal/typednil"
)

// CountConnections returns a listener that counts the open connections it has
// accepted, as kvdb.connections ({connection}): a gauge of the server, without
// attributes, that all listeners of one registry or MeterProvider share. Of the options it reads
// those that say where to report. It accepts, blocks and fails as l does.
//
// The connections have a method NetConn that returns the one of l.
func CountConnections(l net.Listener, options ...Option) (net.Listener, error) {
	if typednil.Is(l) {
		return nil, errors.New("instrument: the listener is nil: check the error of net.Listen")
	}
	c := newConfig(options)
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	if c.registry != nil {
		return listen(l, &c.registry.records.Connections, func() {}), nil
	}
	m, err := meter.Of(c.meterProvider)
	if err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	return listen(l, &m.Registry.Connections, m.ReleaseLater), nil
}

// listen counts the connections of a listener. Done is called once, when the
// listener and its connections are closed.
func listen(l net.Listener, open *record.Connections, done func()) net.Listener {
	open.Listens.Store(true)
	c := &countingListener{Listener: l, open: open, done: done}
	c.users.Store(1)
	return c
}

type countingListener struct {
	net.Listener
	open   *record.Connections
	closed atomic.Bool
	users  atomic.Int64 // itself, and its connections
	left   atomic.Bool  // by all
	done   func()
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.users.Add(1)
	l.open.Open.Add(1)
	return &countedConn{Conn: conn, listener: l}, nil
}

func (l *countingListener) Close() error {
	if !l.closed.Swap(true) {
		l.leave()
	}
	return l.Listener.Close()
}

func (l *countingListener) leave() {
	if l.users.Add(-1) == 0 && !l.left.Swap(true) {
		l.done()
	}
}

type countedConn struct {
	net.Conn
	listener *countingListener
	closed   atomic.Bool
}

func (c *countedConn) Close() error {
	if !c.closed.Swap(true) {
		c.listener.open.Open.Add(-1)
		c.listener.leave()
	}
	return c.Conn.Close()
}

// NetConn returns the connection below, as that of crypto/tls does.
func (c *countedConn) NetConn() net.Conn { return c.Conn }
