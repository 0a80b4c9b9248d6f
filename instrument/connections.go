package instrument

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
)

// CountConnections returns a listener that counts the open connections it has
// accepted, as kvdb.connections ({connection}): a gauge of the server, without
// attributes, that all listeners of one registry share. Of the options it reads
// those that say where to report. It accepts, blocks and fails as l does.
//
// The connections have a method NetConn that returns the one of l.
func CountConnections(l net.Listener, options ...Option) (net.Listener, error) {
	if isNil(l) {
		return nil, errors.New("instrument: the listener is nil: check the error of net.Listen")
	}
	c := newConfig(options)
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	if c.registry != nil {
		c.registry.server.listens.Store(true)
		return &countingListener{l, func(n int64) { c.registry.server.open.Add(n) }}, nil
	}
	open, err := c.meterProvider.Meter(scopeName).Int64UpDownCounter(connectionsMetric.name,
		metric.WithUnit(connectionsMetric.unit), metric.WithDescription(connectionsMetric.description))
	if err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	open.Add(context.Background(), 0)
	return &countingListener{l, func(n int64) { open.Add(context.Background(), n) }}, nil
}

// A server is what all listeners of a registry have in common.
type server struct {
	listens atomic.Bool // whether there is one
	open    atomic.Int64
}

type countingListener struct {
	net.Listener
	count func(int64)
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.count(1)
	return &countedConn{Conn: conn, count: l.count}, nil
}

type countedConn struct {
	net.Conn
	count func(int64)
	once  sync.Once
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.count(-1) })
	return c.Conn.Close()
}

// NetConn returns the connection below, as that of crypto/tls does.
func (c *countedConn) NetConn() net.Conn { return c.Conn }
