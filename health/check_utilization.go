package health

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// Limits say how much of something may be used, as shares between 0 and 1. A
// zero field has its default.
type Limits struct {
	Warn float64 // the check warns above
	Fail float64 // the check fails above
}

// fullShare is the share of a limit below which something is no longer too full.
const fullShare = 0.98

// Utilization checks the used share of something, which read returns: 1 is all
// of it. What was too much is so until it is a fiftieth below the limit. It is unknown
// when read returns an error or no share. It says the name and "full". The limits that
// are not set are those of [Disk].
func Utilization(name string, read func(context.Context) (float64, error), limits *Limits) Check {
	return utilization(newCheck(name, "full", 0), read, limits, Limits{Warn: objective.DiskFilling, Fail: objective.DiskUsed})
}

// utilization completes a check of a share.
func utilization(c Check, read func(context.Context) (float64, error), limits *Limits, defaults Limits) Check {
	if read == nil {
		c.err = errors.New("the function that reads is nil")
		return c
	}
	var l Limits
	l, c.err = limits.or(defaults)
	s := &share{name: c.Name, fail: threshold{limit: l.Fail, share: fullShare}, warn: threshold{limit: l.Warn, share: fullShare}}
	c.Run = func(ctx context.Context) error {
		used, err := read(ctx)
		return s.judge(used, err)
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

// A share judges how much of something is used.
type share struct {
	name string

	mu         sync.Mutex // a Check may be registered more than once
	fail, warn threshold
}

func (s *share) judge(used float64, err error) error {
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return Warn(because(s.name+" unknown on this system", err))
	case err != nil:
		return Unknown(err)
	case math.IsNaN(used) || used < 0:
		return Unknown(fmt.Errorf("%v is no share", used))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	most, full := s.fail.exceeded(used)
	some, filling := s.warn.exceeded(used)
	switch {
	case full:
		return fmt.Errorf("%.1f %% used, more than %.1f %%", 100*used, 100*most)
	case filling:
		return Warn(because(s.name+" filling", fmt.Errorf("%.1f %% used, more than %.1f %%", 100*used, 100*some)))
	default:
		return nil
	}
}
