package health

import (
	"syscall"

	"github.com/otelkv/otelkv/internal/errno"
)

// Warn returns an error that makes a check warn and not fail: it works, but
// somebody should look. It is nil when err is.
func Warn(err error) error { return mark(err, verdict{status: StatusWarn}) }

// Unknown returns an error that says that nothing is known, such as the lag of
// a replica that is not connected. It counts as a failure, but is not shown as
// one. It is nil when err is.
func Unknown(err error) error { return mark(err, verdict{status: StatusUnknown}) }

// Decisive returns an error that fails a check at once, whatever its
// threshold: for what is no hiccup, such as a closed store. A refused
// connection is decisive of itself. It is nil when err is.
func Decisive(err error) error { return mark(err, verdict{status: StatusFail, decisive: true}) }

// because returns an error with a reason that anybody may read.
func because(reason string, err error) error {
	return mark(err, verdict{status: StatusFail, reason: reason})
}

// A verdict is what an error says about a check.
type verdict struct {
	status   Status
	decisive bool
	reason   string
}

type marked struct {
	err error
	verdict
}

func mark(err error, v verdict) error {
	if err == nil {
		return nil
	}
	return &marked{err, v}
}

func (m *marked) Error() string { return m.err.Error() }
func (m *marked) Unwrap() error { return m.err }

// verdictOf returns what err says. Of errors that are joined the worst one counts:
// a warning beside a failure is a failure, so errors.As would not do.
func verdictOf(err error) verdict {
	if err == nil {
		return verdict{status: StatusPass}
	}
	//nolint:errorlint // this is the walk down the chain
	switch e := err.(type) {
	case syscall.Errno:
		return verdict{status: StatusFail, decisive: errno.Is(e, errno.Refused)}
	case *marked:
		return e.verdict.over(verdictOf(e.err))
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return verdictOf(inner)
		}
	case interface{ Unwrap() []error }:
		return worst(e.Unwrap())
	}
	return verdict{status: StatusFail}
}

// over lays the mark v on what it wraps.
func (v verdict) over(inner verdict) verdict {
	if v.status != StatusFail {
		inner.status = v.status
	}
	inner.decisive = inner.decisive || v.decisive
	if v.reason != "" {
		inner.reason = v.reason
	}
	return inner
}

func worst(errs []error) verdict {
	rank := [...]int{StatusPass: 0, StatusWarn: 1, StatusUnknown: 2, StatusFail: 3}
	all := verdict{status: StatusPass}
	for _, err := range errs {
		v := verdictOf(err)
		if rank[v.status] > rank[all.status] {
			v.decisive = v.decisive || all.decisive
			all = v
		}
		all.decisive = all.decisive || v.decisive
	}
	if all.status == StatusPass { // an error is none, whatever it wraps
		all.status = StatusFail
	}
	return all
}
