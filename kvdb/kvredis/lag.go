package kvredis

import (
	"context"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// ReplicationLag implements [kvdb.Lagger]. The first call begins to watch the primary, each second
// until Close; it may not know anything yet.
//
// With Options.Heartbeat a lag is measured: the store counts up that key on the primary each second, and
// reads it on each replica, at the address that the replica announces. A replica that is told N
// seconds late has a lag of N, or up to a second less. One that does not answer is
// kvdb.NotConnected. Replicas of sentinels are dialed without the Dialer of the client's options,
// which cannot be told from the one that finds the primary.
//
// Without it, a lag is what the primary tells: for how long there has been something that the
// replica has not acknowledged. Replicas acknowledge once a second, so it can be a second too much, and where nothing
// is written it is ten seconds before the primary sends anything that can be
// missed. A replica that has acknowledged nothing for five seconds is kvdb.NotConnected. So
// it is in a cluster, which has no key that all primaries count.
//
// A replica that is still being filled is kvdb.NotConnected, and one that the primary does not
// list is not in the result.
func (s *Store) ReplicationLag(ctx context.Context) (map[string]time.Duration, error) {
	if err := s.enter(ctx, opLag); err != nil {
		return nil, err
	}
	defer s.guard.leave()
	s.watch.start()
	lags, ok := s.watch.lags()
	if !ok {
		return nil, &kvdb.Error{Op: opLag, Kind: kvdb.ErrLagUnknown}
	}
	return lags, nil
}
