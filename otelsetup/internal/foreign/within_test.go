package foreign_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

var errRefused = errors.New("refused")

// Whatever a call does, it is over in time, and its error says what it was.
func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func(context.Context) error
		want func(error) bool
		took time.Duration
	}{
		{"returns", func(context.Context) error { return nil }, func(err error) bool { return err == nil }, 0},
		{"fails", func(context.Context) error { return errRefused }, func(err error) bool { return err == errRefused }, 0},
		{"panics", func(context.Context) error { panic("boom") }, func(err error) bool { return err != nil && err.Error() == "panicked: boom" }, 0},
		{"exits", func(context.Context) error { runtime.Goexit(); return nil }, func(err error) bool { return err == foreign.ErrExited }, 0},
		{"heeds its context", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := foreign.Within(t.Context(), time.Second, tt.call)
				if !tt.want(err) || time.Since(began) != tt.took {
					t.Errorf("error %v after %v", err, time.Since(began))
				}
			})
		})
	}
}

func TestWithinLeavesWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		began := time.Now()
		err := foreign.Within(t.Context(), time.Second, func(context.Context) error {
			<-release
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
		began = time.Now()
		foreign.Briefly(func() { <-release })
		if took := time.Since(began); took != foreign.Moment {
			t.Errorf("it took %v", took)
		}
	})
}

// One that hangs takes no time from the others, and every error is there.
func TestEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := []string{"slow", "fails", "panics", "well"}
		ended := make(chan string, len(all))
		began := time.Now()
		err := foreign.Each(all, func(what string, ctx context.Context) error {
			defer func() { ended <- what }()
			switch what {
			case "slow":
				<-ctx.Done()
				return ctx.Err()
			case "fails":
				return errRefused
			case "panics":
				panic("boom")
			}
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got := err(ctx)
		if len(ended) != len(all) || time.Since(began) != time.Second {
			t.Errorf("%d ended after %v", len(ended), time.Since(began))
		}
		if !errors.Is(got, errRefused) || !errors.Is(got, context.DeadlineExceeded) || !strings.Contains(got.Error(), "boom") {
			t.Errorf("error %v", got)
		}
		if err := foreign.Each([]string(nil), func(string, context.Context) error { return errRefused })(t.Context()); err != nil {
			t.Errorf("error %v of none", err)
		}
	})
}
