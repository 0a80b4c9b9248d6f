package pprofx

import (
	"errors"
	"fmt"

	"github.com/otelkv/otelkv/pprofx/internal/runtimeprof"
)

// Errors of this package.
var (
	// ErrClosed is a call after Close.
	ErrClosed = errors.New("pprofx: closed")

	// ErrCredentials is an address that can be reached from other machines,
	// without a token to keep strangers out.
	ErrCredentials = errors.New("pprofx: credentials are needed")

	// ErrBusy is a profiler of the process that other code uses, or that cannot be
	// shared.
	ErrBusy = errors.New("pprofx: busy")

	// ErrNoDirectory is a file or a capture without WithDirectory.
	ErrNoDirectory = errors.New("pprofx: no directory")
)

// wrap returns what the profilers say as an error of this package.
func wrap(err error) error {
	var busy *runtimeprof.BusyError
	switch {
	case errors.Is(err, runtimeprof.ErrClosed):
		return ErrClosed
	case errors.As(err, &busy):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return fmt.Errorf("pprofx: %w", err)
}
