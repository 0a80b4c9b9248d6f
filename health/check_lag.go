package health

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// LagLimits say how far behind a replica may be. A zero field has its default.
type LagLimits struct {
	Warn time.Duration // the check warns above. By default, half of Fail
	Fail time.Duration // the check fails above. By default, objective.ReplicationLag
}

// ReplicationLag checks how far the replicas of a store are behind, with its
// capability [kvdb.Lagger]; the slowest one counts. It is unknown when the store
// cannot tell, when no replica is connected, and when one that was connected is
// no longer. It says the name and "lag too high": "replication lag too high".
// Nil limits are the defaults.
func ReplicationLag(name string, store kvdb.Store, limits *LagLimits) Check {
	c := newCheck(name, "lag too high", 0)
	if c.noStore(store) {
		return c
	}
	c.Network = overNetwork(store)
	lagger, ok := kvdb.As[kvdb.Lagger](store)
	if !ok {
		c.err = errors.New("the store has no Lagger")
		return c
	}
	l := lag{name: name, seen: make(map[string]bool), LagLimits: LagLimits{Fail: objective.ReplicationLag}}
	if limits != nil {
		if limits.Fail != 0 {
			l.Fail = limits.Fail
		}
		l.Warn = limits.Warn
	}
	if l.Warn == 0 {
		l.Warn = l.Fail / 2
	}
	if l.Warn < 0 || l.Warn > l.Fail {
		c.err = fmt.Errorf("the limits %v, %v are not in order", l.Warn, l.Fail)
	}
	c.Run = func(ctx context.Context) error {
		lags, err := lagger.ReplicationLag(ctx)
		return l.judge(lags, err)
	}
	return c
}

type lag struct {
	LagLimits
	name string
	seen map[string]bool // replicas that have been connected
}

func (l *lag) judge(lags map[string]time.Duration, err error) error {
	unknown := func(err error) error { return Unknown(because(l.name+" lag unknown", err)) }
	if err != nil {
		return unknown(err)
	}
	if len(lags) == 0 {
		return unknown(errors.New("no replica is connected"))
	}
	for replica := range l.seen {
		if _, ok := lags[replica]; !ok {
			return unknown(fmt.Errorf("replica %q is no longer connected", replica))
		}
	}
	var slowest string
	var longest time.Duration
	for replica, d := range lags {
		l.seen[replica] = true
		if d >= longest {
			slowest, longest = replica, d
		}
	}
	switch {
	case longest > l.Fail:
		return fmt.Errorf("replica %q is %v behind, more than %v", slowest, longest, l.Fail)
	case longest > l.Warn:
		return Warn(because(l.name+" lag high", fmt.Errorf("replica %q is %v behind, more than %v", slowest, longest, l.Warn)))
	default:
		return nil
	}
}
