package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/otelkv/otelkv/internal/replica"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// LagLimits say how far behind a replica may be, and how many there should be. A zero
// field has its default.
type LagLimits struct {
	Warn time.Duration // the check warns above. By default, half of Fail
	Fail time.Duration // the check fails above. By default, objective.ReplicationLag

	// Replicas is how many have to be connected; the check fails below. By default, it
	// is none: a replica that is not there shows nobody old values.
	Replicas int
}

// lagShare is the share of a limit below which a lag is no longer too high: lags move
// much, and one that is caught up falls far below.
const lagShare = 0.8

// ReplicationLag checks how far the replicas of a store are behind, with its
// capability [kvdb.Lagger]; the slowest one counts. What was too far behind is so until
// it is a fifth below the limit. It is unknown when the store cannot tell. It warns of
// replicas that are not connected: of [kvdb.NotConnected] ones, and for five minutes of those that the
// store no longer lists, unless another has come in their place; and when there is none.
// It says the name and "lag too high": "replication lag too high", or with
// [LagLimits.Replicas] the name and "lacks replicas". Nil limits are the defaults.
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
	var l LagLimits
	if limits != nil {
		l = *limits
	}
	if l.Fail == 0 {
		l.Fail = objective.ReplicationLag
	}
	if l.Warn == 0 {
		l.Warn = l.Fail / 2
	}
	if l.Warn < 0 || l.Warn > l.Fail {
		c.err = fmt.Errorf("the limits %v, %v are not in order", l.Warn, l.Fail)
	}
	if l.Replicas < 0 {
		c.err = fmt.Errorf("%d replicas are no number of them", l.Replicas)
	}
	j := &lag{
		name: name, replicas: l.Replicas,
		fail: threshold{limit: float64(l.Fail), share: lagShare},
		warn: threshold{limit: float64(l.Warn), share: lagShare},
	}
	c.Run = func(ctx context.Context) error {
		lags, err := lagger.ReplicationLag(ctx)
		return j.judge(lags, err, time.Now())
	}
	return c
}

type lag struct {
	name     string
	replicas int

	mu         sync.Mutex // a Check may be registered more than once
	fail, warn threshold
	roster     replica.Roster
}

func (l *lag) judge(lags map[string]time.Duration, err error, now time.Time) error {
	if err != nil {
		return Unknown(because(l.name+" lag unknown", err))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	missed := l.roster.Note(now, lags)
	var slowest string
	var longest time.Duration
	connected := 0
	for name, d := range lags {
		if d < 0 {
			missed = append(missed, name)
			continue
		}
		connected++
		if d > longest || d == longest && (slowest == "" || name < slowest) {
			slowest, longest = name, d
		}
	}
	most, tooFar := l.fail.exceeded(float64(longest))
	some, far := l.warn.exceeded(float64(longest))
	behind := func(limit float64) error {
		return fmt.Errorf("replica %q is %v behind, more than %v", slowest, longest, time.Duration(limit))
	}
	switch {
	case tooFar:
		return behind(most)
	case connected < l.replicas:
		return because(l.name+" lacks replicas", fmt.Errorf("%d replicas are connected, want %d", connected, l.replicas))
	case far:
		return Warn(because(l.name+" lag high", behind(some)))
	case len(missed) > 0:
		return Warn(because(l.name+" misses a replica", fmt.Errorf("replica %q is not connected", slices.Min(missed))))
	case connected == 0:
		return Warn(because(l.name+" has no replica", errors.New("the store lists no replica")))
	default:
		return nil
	}
}
