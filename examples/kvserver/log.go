package main

import (
	"context"
	"net"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// serverLog writes the server's own lines, each with the client's address. Those
// that a client can cause are bounded: of one message so many a second, and the
// next line after that says how many were suppressed.
type serverLog struct {
	logger *zap.Logger

	mu     sync.Mutex
	floods map[catalog.Message]*flood
}

// logBurst is how many lines of one message are written in a second.
const logBurst = 10

// A flood counts the lines of one message within a second.
type flood struct {
	since      time.Time
	written    int
	suppressed int
}

func newServerLog(logger *zap.Logger) *serverLog {
	return &serverLog{logger: logger, floods: make(map[catalog.Message]*flood)}
}

func (l *serverLog) accepted(client net.Addr) {
	if line := l.logger.Check(zap.DebugLevel, catalog.ConnectionAccepted); line != nil {
		line.Write(clientIP(client))
	}
}

func (l *serverLog) warn(message catalog.Message, client net.Addr, fields ...zap.Field) {
	l.write(message, append(fields, clientIP(client)))
}

// accept logs that the listener did not deliver a client.
func (l *serverLog) accept(err error) {
	l.write(catalog.ConnectionNotAccepted, []zap.Field{zap.Error(err)})
}

func (l *serverLog) write(message catalog.Message, fields []zap.Field) {
	pass, suppressed := l.admit(message)
	if !pass {
		return
	}
	if suppressed > 0 {
		fields = append(fields, zap.Int(catalog.FieldSuppressed, suppressed))
	}
	l.logger.Warn(message, fields...)
}

// admit reports whether a line may be written, and how many like it were not
// since the last one.
func (l *serverLog) admit(message catalog.Message) (pass bool, suppressed int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.floods[message]
	if f == nil {
		f = new(flood)
		l.floods[message] = f
	}
	if now := time.Now(); now.Sub(f.since) >= time.Second {
		f.since, f.written = now, 0
	}
	if f.written >= logBurst {
		f.suppressed++
		return false, 0
	}
	f.written++
	suppressed, f.suppressed = f.suppressed, 0
	return true, suppressed
}

// A clientIPKey is where the context of a command has the address of its
// client.
type clientIPKey struct{}

// withClientIP returns the context of all commands of a client.
func withClientIP(ctx context.Context, client net.Addr) context.Context {
	return context.WithValue(ctx, clientIPKey{}, clientIP(client))
}

// clientFields are what the line of an operation says of the client. Nothing is
// made for operations that have no line.
func clientFields(ctx context.Context) []zap.Field {
	if field, ok := ctx.Value(clientIPKey{}).(zap.Field); ok {
		return []zap.Field{field}
	}
	return nil
}

// clientIP is the address without the port, which says nothing about who it is.
func clientIP(client net.Addr) zap.Field {
	ip := client.String()
	if host, _, err := net.SplitHostPort(ip); err == nil {
		ip = host
	}
	return zap.String(catalog.FieldClientIP, ip)
}
