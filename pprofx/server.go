package pprofx

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// drainTime is what Close gives readers to take what was recorded.
const drainTime = 3 * time.Second

// A server answers on one listener. A nil one does not.
type server struct {
	http     http.Server
	listener net.Listener
	log      *outbox.Log
}

func newServer(l net.Listener, h http.Handler, patience time.Duration, lines *outbox.Log) *server {
	s := &server{listener: l, log: lines}
	s.http = http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       patience,
		WriteTimeout:      patience,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	s.http.ErrorLog = log.New(lines, "", 0)
	return s
}

// serve answers until the server is stopped.
func (s *server) serve() {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		s.log.Error(catalog.ProfilesNotServed, zap.Error(err))
	}
}

// stop lets answers under way finish, and cuts off those that take too long.
func (s *server) stop() {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
}
