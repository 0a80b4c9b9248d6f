package kvredis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// probeTimeout is for how long one look at what listens may take, where the client has
// met something that it does not understand, and explainTimeout for how long all may.
const (
	probeTimeout   = time.Second
	explainTimeout = 2 * time.Second
)

var (
	errWantsTLS = errors.New("the server wants TLS: give a rediss:// URL, or set TLSConfig in Redis of the options")
	errNoTLS    = errors.New("the server does not speak TLS at that port")
	errForeign  = errors.New("what listens there is no Redis server")
)

// explain looks at what listens where the client was not understood, and says what it is.
func explain(ctx context.Context, opts *redis.UniversalOptions, err error) error {
	e, ok := errors.AsType[*kvdb.Error](err)
	if !ok || errors.Is(e.Kind, kvdb.ErrInvalidArgument) || opts.Dialer != nil {
		return err
	}
	if _, replied := errors.AsType[redis.Error](err); replied {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, explainTimeout)
	defer cancel()
	for _, address := range opts.Addrs {
		if strings.HasPrefix(address, "/") {
			continue
		}
		answer, absent := ask(ctx, address)
		if ended(ctx, absent) != nil {
			break
		}
		if absent != nil {
			if errors.Is(e.Kind, kvdb.ErrTimeout) { // which says less
				err = &kvdb.Error{Op: opOpen, Kind: kvdb.ErrUnavailable, Err: absent}
			}
			continue
		}
		if why := mismatch(ctx, address, answer, opts.TLSConfig != nil); why != nil {
			return misfit(fmt.Errorf("%s: %w", address, why))
		}
	}
	return err
}

// mismatch returns why a client, with or without TLS, does not understand what answers
// like that; nil if that cannot be seen.
func mismatch(ctx context.Context, address, answer string, withTLS bool) error {
	switch {
	case isRedis(answer):
		if withTLS {
			return errNoTLS
		}
		return nil
	case !withTLS && speaksTLS(ctx, address):
		return errWantsTLS
	case answer != "" && !withTLS:
		return errForeign
	case answer != "" && !strings.HasPrefix(answer, "\x15\x03"): // an alert of TLS
		return errForeign
	}
	return nil
}

// ask returns how what listens at an address answers a command without TLS, if it does.
func ask(ctx context.Context, address string) (string, error) {
	conn, err := dial(ctx, address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return "", nil // it hung up
	}
	answer := make([]byte, 64)
	n, _ := conn.Read(answer)
	return string(answer[:n]), nil
}

func dial(ctx context.Context, address string) (net.Conn, error) {
	end := time.Now().Add(probeTimeout)
	if over, ok := ctx.Deadline(); ok && over.Before(end) {
		end = over
	}
	d := net.Dialer{Deadline: end}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(end)
}

func isRedis(answer string) bool {
	for _, begins := range []string{"+PONG", "-NOAUTH", "-ERR", "-DENIED", "-LOADING", "-MASTERDOWN", "-NOPERM"} {
		if strings.HasPrefix(answer, begins) {
			return true
		}
	}
	return false
}

// speaksTLS reports whether there is a server of TLS. Nothing but a handshake is sent.
func speaksTLS(ctx context.Context, address string) bool {
	conn, err := dial(ctx, address)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	client := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // to know that it is TLS, not who it is
	err = client.HandshakeContext(ctx)
	if err == nil {
		return true
	}
	_, alert := errors.AsType[tls.AlertError](err) // it wants a certificate, or a version
	return alert || strings.Contains(err.Error(), "remote error: tls")
}
