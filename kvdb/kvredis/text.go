package kvredis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"strconv"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// unreachables are texts of go-redis without a variable of their own, that it has nobody to ask.
var unreachables = []string{
	"redis: all sentinels specified in configuration are unreachable", "redis: cluster has no nodes", "redis: all ring shards are down",
	"redis: connection is not usable", "redis: connection unusable", "redis: no sentinels configured",
}

// beginnings are of other texts that go-redis and crypto/tls have no variable for, or put together, with what they say in one.
var beginnings = []struct{ begins, says string }{
	{"redis: can't marshal ", "redis: an argument is of a type that is no encoding.BinaryMarshaler"},
	{"redis: Watch requires all keys to be in the same ", "redis: Watch requires all keys to be in the same slot"},
	{"redis: can't parse ", notRedis}, {"redis: unexpected ", notRedis}, {"redis: expected ", notRedis}, {"redis: invalid reply", notRedis},
	{"redis: got ", notRedis}, {"redis: invalid map key ", notRedis},
	{"tls: ", "tls: the handshake failed"},
}

const notRedis = "what the server sent is no reply of Redis"

// known are errors whose text says everything, and nothing of a command.
var known = []error{
	redis.ErrClosed, redis.ErrPoolTimeout, redis.ErrPoolExhausted, redis.ErrAutoPipelineTimeout, redis.ErrAutoPipelineQueueFull,
	io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, os.ErrDeadlineExceeded, context.DeadlineExceeded,
	errClusterState, errNoPrimary, errPanicked,
}

// unreachable returns what go-redis says where it has nobody to ask, or nothing.
func unreachable(err error) string {
	text := err.Error()
	for _, begins := range unreachables {
		if strings.HasPrefix(text, begins) {
			return begins
		}
	}
	return ""
}

// hush returns an error that quotes no key and no value, and which nobody takes for the caller's
// own cancellation. Texts may be anybody's: a command's argument may have a MarshalBinary, a client may have hooks,
// and go-redis quotes replies. So only those that are known are told.
func hush(err error) error {
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	text := telling(err)
	switch known := firmly(err); {
	case text == "" && known == "":
		text = "an error of the type " + typeOf(err) + ", whose text may quote arguments"
	case text == "":
		text = known
	case known != "":
		text += ": " + known
	}
	return &quiet{text, err}
}

// telling returns what stands for a text that is known by how it begins, or nothing.
func telling(err error) string {
	if text := unreachable(err); text != "" {
		return text
	}
	text := err.Error()
	for _, b := range beginnings {
		if strings.HasPrefix(text, b.begins) {
			return b.says
		}
	}
	return ""
}

// firmly returns the text of the first error, of those that are inside of one, that is known by its type or its value,
// or nothing.
func firmly(err error) string {
	switch e := err.(type) { //nolint:errorlint // each of those inside has its turn
	case nil:
		return ""
	case *net.OpError:
		return ofOperation(e)
	case *os.SyscallError:
		if errno := firmly(e.Err); errno != "" {
			return e.Syscall + ": " + errno
		}
	case *net.DNSError, *net.AddrError, syscall.Errno, *tls.CertificateVerificationError, tls.RecordHeaderError, tls.AlertError:
		return err.Error()
	case *strconv.NumError:
		return notRedis
	case interface{ Unwrap() error }:
		if text := firmly(e.Unwrap()); text != "" {
			return text
		}
	case interface{ Unwrap() []error }:
		for _, inside := range e.Unwrap() {
			if text := firmly(inside); text != "" {
				return text
			}
		}
	}
	for _, k := range known {
		if errors.Is(err, k) {
			return k.Error()
		}
	}
	return ""
}

// ofOperation returns the text of one with a connection: what it met may be of a Dialer of the program, whose text is not known.
func ofOperation(e *net.OpError) string {
	met := firmly(e.Err)
	switch {
	case e.Op == "remote error" || e.Op == "local error": // an alert of crypto/tls, whose type has no name outside
		met = "a TLS alert"
		if reflect.TypeOf(e.Err).PkgPath() == "crypto/tls" {
			met = e.Err.Error()
		}
	case e.Timeout():
		met = os.ErrDeadlineExceeded.Error()
	case met == "":
		met = "an error of the type " + typeOf(e.Err)
	}
	told := *e
	told.Err = errors.New(met)
	return told.Error()
}

// typeOf returns the type of an error below those that fmt puts around it.
func typeOf(err error) string {
	const wraps = "*fmt.wrapError"
	name := fmt.Sprintf("%T", err)
	for name == wraps {
		if err = errors.Unwrap(err); err == nil {
			break
		}
		name = fmt.Sprintf("%T", err)
	}
	return name
}
