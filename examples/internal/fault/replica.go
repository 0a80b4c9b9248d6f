package fault

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	usualLag = 20 * time.Millisecond
	lagBy    = 30 * time.Second

	// withoutPrimary is how long a fail-over of the simulated replica takes.
	withoutPrimary = 2 * time.Second
)

// A lagger has the replicas of the engine, and a simulated one, which goes as long as
// the store does.
type lagger struct {
	*Store
	next kvdb.Lagger // nil for an engine without
	ping kvdb.Pinger // nil likewise
}

func newLagger(s *Store) lagger {
	l := lagger{Store: s}
	l.next, _ = kvdb.As[kvdb.Lagger](s.next)
	l.ping, _ = kvdb.As[kvdb.Pinger](s.next)
	return l
}

// ReplicationLag implements [kvdb.Lagger].
func (l lagger) ReplicationLag(ctx context.Context) (map[string]time.Duration, error) {
	lags := make(map[string]time.Duration)
	if l.next != nil {
		real, err := l.next.ReplicationLag(ctx)
		if err != nil && !errors.Is(err, kvdb.ErrLagUnknown) || err != nil && !l.replica.Load() {
			return nil, err
		}
		if err == nil {
			maps.Copy(lags, real)
		}
	}
	if !l.replica.Load() {
		return lags, nil
	}
	if l.ping != nil {
		if err := l.ping.Ping(ctx); err != nil {
			return nil, err
		}
	}
	lags["simulated"] = l.lag()
	return lags, nil
}

func (s *Store) lag() time.Duration {
	on := s.on.Load()
	switch {
	case on == nil:
		return usualLag
	case on.Kind == Lag:
		return lagBy
	case on.Kind == Replica:
		return kvdb.NotConnected
	}
	return usualLag
}

// HasReplica reports whether there is a simulated replica: where there is none from
// the start, it comes with the first fault that needs it, and stays.
func (s *Store) HasReplica() bool { return s.replica.Load() }
