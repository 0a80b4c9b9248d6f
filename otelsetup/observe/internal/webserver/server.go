// Package webserver serves over HTTP within bounds, as told by the web configuration file
// that the exporters of Prometheus share.
package webserver

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/exporter-toolkit/web"
	"go.uber.org/zap"
	"golang.org/x/net/netutil"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

const (
	// maxConnections is more than servers that scrape, probes and people need, and
	// leaves a program with 1,024 files most of them.
	maxConnections = 256

	// longestAnswer is more than a scrape takes, which ends itself after 10 seconds.
	longestAnswer = time.Minute

	// longestStop is how long answers under way may take when the program stops.
	longestStop = 5 * time.Second
)

// A Server answers on one listener. A nil one does not.
type Server struct {
	http     http.Server
	listener net.Listener
	failed   chan error // what ended it, unless Stop did
}

// Check returns what is wrong with a web configuration file and the files that it
// names. An empty path is none.
func Check(configFile string) error { return web.Validate(configFile) }

// Start serves the handler on l until Stop. An empty path of a web configuration
// file is plain HTTP.
func Start(l net.Listener, handler http.Handler, configFile string, lines *outbox.Log) *Server {
	s := &Server{
		http: http.Server{
			Handler:           handler,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       10 * time.Second,
			WriteTimeout:      longestAnswer,
			IdleTimeout:       longestAnswer,
			MaxHeaderBytes:    16 << 10,
			ErrorLog:          log.New(lines, "", 0),
		},
		listener: netutil.LimitListener(l, maxConnections),
		failed:   make(chan error, 1),
	}
	flags := &web.FlagConfig{WebConfigFile: &configFile}
	logger := slog.New(newToolkitLog(lines))
	go func() {
		if err := web.Serve(s.listener, &s.http, flags, logger); !errors.Is(err, http.ErrServerClosed) {
			_ = s.listener.Close() // or clients would wait for who does not come
			lines.Error(catalog.ObservabilityNotServed, zap.Error(err))
			s.failed <- err
		}
	}()
	return s
}

// Stop lets answers under way finish, and cuts off those that take too long.
func (s *Server) Stop(ctx context.Context) error {
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, longestStop)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	// A server that was stopped before it began to serve has not closed it.
	_ = s.listener.Close()
	return nil
}

// Addr returns the address of the listener, nil without one.
func (s *Server) Addr() net.Addr {
	if s == nil {
		return nil
	}
	return s.listener.Addr()
}

// Failed returns a channel for the error that ends the server, unless Stop does.
// It is nil without one.
func (s *Server) Failed() <-chan error {
	if s == nil {
		return nil
	}
	return s.failed
}
