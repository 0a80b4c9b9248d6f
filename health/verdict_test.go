package health

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

func TestJudge(t *testing.T) {
	bad := errors.New("bad")
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, tc := range []struct {
		name string
		err  error
		want verdict
	}{
		{"nil", nil, verdict{status: StatusPass}},
		{"an error", bad, verdict{status: StatusFail}},
		{"nil marked", errors.Join(Warn(nil), Unknown(nil), Decisive(nil), because("a", nil)), verdict{status: StatusPass}},
		{"warn", Warn(bad), verdict{status: StatusWarn}},
		{"wrapped warn", fmt.Errorf("a: %w", Warn(bad)), verdict{status: StatusWarn}},
		{"unknown", Unknown(bad), verdict{status: StatusUnknown}},
		{"decisive", Decisive(bad), verdict{status: StatusFail, decisive: true}},
		{"unknown at once", Decisive(Unknown(bad)), verdict{status: StatusUnknown, decisive: true}},
		{"a reason", because("a", bad), verdict{status: StatusFail, reason: "a"}},
		{"the outer reason", because("a", because("b", bad)), verdict{status: StatusFail, reason: "a"}},
		{"a warning with a reason", Warn(because("a", bad)), verdict{status: StatusWarn, reason: "a"}},
		{"a warning beside a failure", errors.Join(Warn(bad), bad), verdict{status: StatusFail}},
		{"two warnings", errors.Join(Warn(bad), Warn(bad)), verdict{status: StatusWarn}},
		{"unknown beside a warning", errors.Join(Unknown(bad), Warn(bad)), verdict{status: StatusUnknown}},
		{"refused", refused, verdict{status: StatusFail, decisive: true}},
		{"refused, by a store", &kvdb.Error{Op: "ping", Kind: kvdb.ErrUnavailable, Err: refused}, verdict{status: StatusFail, decisive: true}},
		{"another errno", syscall.ENOENT, verdict{status: StatusFail}},
		{"time-out", context.DeadlineExceeded, verdict{status: StatusFail}},
		{"wraps nothing", &kvdb.Error{}, verdict{status: StatusFail}},
		{"wraps nil", nilError{}, verdict{status: StatusFail}},
	} {
		if got := verdictOf(tc.err); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
	if err := Warn(bad); err.Error() != "bad" || !errors.Is(err, bad) {
		t.Errorf("a mark changes the error: %v", err)
	}
}

type nilError struct{}

func (nilError) Error() string { return "nil" }
func (nilError) Unwrap() error { return nil }
