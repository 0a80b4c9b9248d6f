package health

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// Limits say how much of something may be used, as shares between 0 and 1. A
// zero field has its default.
type Limits struct {
	Warn float64 // the check warns above
	Fail float64 // the check fails above
}

// Utilization checks the used share of something, which read returns: 1 is all
// of it. It is unknown when read returns an error or no share. It says the name
// and "full". The limits that are not set are those of [Disk].
func Utilization(name string, read func(context.Context) (float64, error), limits *Limits) Check {
	c := newCheck(name, "full", 0)
	if read == nil {
		c.err = errors.New("the function that reads is nil")
		return c
	}
	l, err := limits.or(Limits{Warn: objective.DiskFilling, Fail: objective.DiskUsed})
	c.err = err
	c.Run = func(ctx context.Context) error {
		share, err := read(ctx)
		return l.judge(name, share, err)
	}
	return c
}

func (l *Limits) or(defaults Limits) (Limits, error) {
	if l == nil {
		return defaults, nil
	}
	all := *l
	if all.Fail == 0 {
		all.Fail = defaults.Fail
	}
	if all.Warn == 0 {
		all.Warn = min(defaults.Warn, all.Fail)
	}
	if !(0 < all.Warn && all.Warn <= all.Fail && all.Fail <= 1) {
		return all, fmt.Errorf("the limits %v, %v are not shares between 0 and 1 in order", all.Warn, all.Fail)
	}
	return all, nil
}

func (l Limits) judge(name string, share float64, err error) error {
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return Warn(because(name+" unknown on this system", err))
	case err != nil:
		return Unknown(err)
	case math.IsNaN(share) || share < 0:
		return Unknown(fmt.Errorf("%v is no share", share))
	case share > l.Fail:
		return fmt.Errorf("%.1f %% used, more than %.1f %%", 100*share, 100*l.Fail)
	case share > l.Warn:
		return Warn(because(name+" filling", fmt.Errorf("%.1f %% used, more than %.1f %%", 100*share, 100*l.Warn)))
	default:
		return nil
	}
}
