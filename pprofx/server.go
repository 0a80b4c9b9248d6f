package pprofx

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// drainTime is what Close gives readers to take what was recorded.
const drainTime = 3 * time.Second

// ownerMode is that of a unix socket.
const ownerMode = 0o600

// A server answers on one listener. A nil one does not.
type server struct {
	http     http.Server
	listener net.Listener
}

// listen opens the listener and serves on it.
func (p *Profiler) listen() error {
	l := p.cfg.listener
	if l == nil {
		if p.cfg.address == "" {
			return nil
		}
		var err error
		if l, err = listenAt(p.ctx, p.cfg.address, p.cfg.token != nil); err != nil {
			return err
		}
	}
	s := &server{listener: l}
	if p.cfg.token == nil && !private(l.Addr()) {
		return errors.Join(needsCredentials(l.Addr().String()), l.Close())
	}
	s.http = http.Server{
		Handler:           p.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       p.cfg.clientTime,
		WriteTimeout:      p.cfg.clientTime,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	s.http.ErrorLog = log.New(p.log, "", 0)
	p.server = s
	p.goes(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.log.Error(catalog.ProfilesNotServed, zap.Error(err))
		}
	})
	return nil
}

func needsCredentials(address string) error {
	return fmt.Errorf("%w: %s can be reached from other machines: set a token with WithToken, or use a loopback address", ErrCredentials, address)
}

// listenAt listens on host:port or unix:/path. Without credentials, an address
// that is not private is refused before it is open for a moment.
func listenAt(ctx context.Context, address string, credentials bool) (net.Listener, error) {
	var lc net.ListenConfig
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		lc.Control = ownerOnly
		return listenUnix(ctx, &lc, path)
	}
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("pprofx: %w: use host:port or unix:/path", err)
	}
	if !credentials && !private(resolved) {
		return nil, needsCredentials(address)
	}
	l, err := lc.Listen(ctx, "tcp", resolved.String())
	if err != nil {
		return nil, fmt.Errorf("pprofx: %w", err)
	}
	return l, nil
}

// listenUnix takes the place of a socket that a dead process left behind, and
// of nothing else.
func listenUnix(ctx context.Context, lc *net.ListenConfig, path string) (net.Listener, error) {
	l, err := lc.Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EADDRINUSE) && abandoned(ctx, path) {
		if err = os.Remove(path); err == nil {
			l, err = lc.Listen(ctx, "unix", path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("pprofx: %w", err)
	}
	if err := os.Chmod(path, ownerMode); err != nil {
		return nil, errors.Join(fmt.Errorf("pprofx: %w", err), l.Close())
	}
	return l, nil
}

func abandoned(ctx context.Context, path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return false
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err == nil {
		_ = c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// Addr returns the address at which profiles are served, nil when they are not.
func (p *Profiler) Addr() net.Addr {
	if p == nil || p.server == nil {
		return nil
	}
	return p.server.listener.Addr()
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
