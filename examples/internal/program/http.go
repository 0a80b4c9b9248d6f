package program

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// DrainTime is how long answers under way may take when the program stops.
const DrainTime = 5 * time.Second

// An HTTPServer answers on one listener.
type HTTPServer struct {
	server http.Server
	failed chan error // what ended it, unless Stop did
}

// ServeHTTP starts a server that Stop ends. An answer may take as long as
// longest. It logs what clients do wrong.
func ServeHTTP(l net.Listener, handler http.Handler, longest time.Duration, logger *zap.Logger) *HTTPServer {
	s := &HTTPServer{
		server: http.Server{
			Handler:           handler,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       10 * time.Second,
			WriteTimeout:      longest,
			IdleTimeout:       time.Minute,
		},
		failed: make(chan error, 1),
	}
	s.server.ErrorLog = log.New(complaints{logger}, "", 0)
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return s
}

// complaints are what the server of the standard library has to say.
type complaints struct{ logger *zap.Logger }

// Write implements io.Writer.
func (c complaints) Write(line []byte) (int, error) {
	c.logger.Warn(catalog.HTTPServerReported, zap.String(catalog.FieldDetail, strings.TrimSpace(string(line))))
	return len(line), nil
}

// Failure returns a channel for the error that ended the server.
func (s *HTTPServer) Failure() <-chan error { return s.failed }

// Stop lets answers under way finish, and cuts off those that take too long.
func (s *HTTPServer) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), DrainTime)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// Answer writes one line of text that no cache keeps.
func Answer(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(line + "\n"))
}
