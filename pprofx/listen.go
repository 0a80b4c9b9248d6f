package pprofx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/internal/origin"
)

// ownerMode is that of a unix socket.
const ownerMode = 0o600

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
	if !credentials && !origin.Private(resolved) {
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
	if errno.Is(err, errno.AddressInUse) && abandoned(ctx, path) {
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
	return errno.Is(err, errno.Refused)
}
