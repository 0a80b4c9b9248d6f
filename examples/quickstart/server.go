package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// drainTime is how long answers under way may take when the program stops.
const drainTime = 5 * time.Second

// A server answers on one listener. Nil is one that is turned off.
type server struct {
	http   http.Server
	failed chan error // what ended it, unless stop did
}

func startServer(l net.Listener, handler http.Handler, logger *zap.Logger) *server {
	s := &server{
		http: http.Server{
			Handler:           handler,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       10 * time.Second,
			WriteTimeout:      maxProfile + 10*time.Second,
			IdleTimeout:       time.Minute,
		},
		failed: make(chan error, 1),
	}
	if errorLog, err := zap.NewStdLogAt(logger, zap.WarnLevel); err == nil {
		s.http.ErrorLog = errorLog
	}
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return s
}

// failure returns a channel for the error that ended the server.
func (s *server) failure() <-chan error {
	if s == nil {
		return nil
	}
	return s.failed
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
