package main

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func observedLog() (*serverLog, *observer.ObservedLogs) {
	core, lines := observer.New(zapcore.InfoLevel)
	return newServerLog(zap.New(core)), lines
}

func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := observedLog()
		client := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234}
		for range 100 {
			log.warn("noise", client)
		}
		log.warn("other", client)
		if n := lines.Len(); n != logBurst+1 {
			t.Errorf("%d lines of 101, want %d", n, logBurst+1)
		}
		time.Sleep(time.Second)
		log.warn("noise", client)
		last := lines.All()[lines.Len()-1].ContextMap()
		if last["suppressed"] != int64(100-logBurst) || last["client_ip"] != "192.0.2.1" {
			t.Errorf("the next line has %v", last)
		}
		log.warn("noise", client)
		if last := lines.All()[lines.Len()-1].ContextMap(); last["suppressed"] != nil {
			t.Errorf("the line after that has %v", last)
		}
	})
}

func TestClientIP(t *testing.T) {
	for _, tt := range []struct {
		addr net.Addr
		want string
	}{
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234}, "192.0.2.1"},
		{&net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 1234}, "2001:db8::1"},
		{&net.UnixAddr{Name: "/run/kv"}, "/run/kv"},
	} {
		if got := clientIP(tt.addr).String; got != tt.want {
			t.Errorf("%v: %s, want %s", tt.addr, got, tt.want)
		}
	}
}
