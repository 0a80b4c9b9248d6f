package pprofx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Record writes one profile to a file of the directory and returns its path.
// The profile "cpu" or "trace" is recorded for d; any other of runtime/pprof is
// what it gained in d, or with d 0 what it is now. Detail and the trace id of ctx
// become part of the file's name. It blocks until the file is written, for two
// seconds longer than ctx if the disk hangs, and fails with ctx, at once if that ends
// before d is over, and with ErrBusy, ErrClosed or ErrNoDirectory. It is not subject to a
// cool-down, and a CPU profile is shared with others that are recorded at the same
// time.
func (p *Profiler) Record(ctx context.Context, profile string, d time.Duration, detail string) (path string, err error) {
	if p == nil || p.archive == nil {
		return "", ErrNoDirectory
	}
	if err := p.allows(profile, d); err != nil {
		return "", err
	}
	type file struct {
		path string
		err  error
	}
	written := make(chan file, 1)
	if !p.goes(func() {
		var f file
		if data, err := p.record(ctx, profile, d); err == nil {
			f.path, f.err = p.keep(ctx, profile, detail, data)
		} else {
			f.err = wrap(err)
		}
		written <- f
	}) {
		return "", ErrClosed
	}
	f, late := await(ctx, p.ended, written)
	return f.path, errors.Join(f.err, late)
}

func (p *Profiler) allows(profile string, d time.Duration) error {
	timed := profile == kindCPU.profile || profile == kindTrace.profile
	if d < 0 || timed && d == 0 || d > p.cfg.maxDuration {
		return fmt.Errorf("pprofx: %s for %v: use more than 0, at most %v", profile, d, p.cfg.maxDuration)
	}
	return nil
}

func (p *Profiler) record(ctx context.Context, profile string, d time.Duration) ([]byte, error) {
	switch {
	case profile == kindCPU.profile:
		return p.profilers.CPU(ctx, d)
	case profile == kindTrace.profile:
		return p.profilers.Trace(ctx, d)
	case d > 0:
		return p.profilers.Delta(ctx, profile, d)
	default:
		return p.profilers.Snapshot(ctx, profile, 0, false)
	}
}

// StartCPU starts a CPU profile and returns the function that ends it, writes
// it to a file of the directory, and returns its path; called again, it returns
// the same. It fails with ErrBusy, ErrClosed or ErrNoDirectory. The profile ends
// by itself after the longest duration ([WithMaxDuration]) and with Close, after
// which it can still be written. Detail and the trace id of ctx become part of the
// file's name.
func (p *Profiler) StartCPU(ctx context.Context, detail string) (stop func() (path string, err error), err error) {
	if p == nil || p.archive == nil {
		return nil, ErrNoDirectory
	}
	run, err := p.profilers.StartCPU(p.cfg.maxDuration)
	if err != nil {
		return nil, wrap(err)
	}
	return sync.OnceValues(func() (string, error) {
		data, err := run.Stop()
		if err != nil {
			return "", wrap(err)
		}
		return p.keep(ctx, kindCPU.profile, detail, data)
	}), nil
}

// keep writes a profile that somebody has asked for.
func (p *Profiler) keep(ctx context.Context, profile, detail string, data []byte) (string, error) {
	n := p.newCapture(ctx, time.Now(), reasonCall, detail, 0).name
	n.Kind, n.Ext = profile, extProfile
	if profile == kindTrace.profile {
		n.Ext = extTrace
	}
	path, err := p.write(ctx, n, reasonWeights[reasonCall], func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	p.counts.file(profile, path != "")
	if err != nil {
		p.logFailure(ctx, reasonCall.String(), profile, err)
		return path, fmt.Errorf("pprofx: %w", err)
	}
	return path, nil
}
