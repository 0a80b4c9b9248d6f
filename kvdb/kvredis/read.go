package kvredis

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// Get implements [kvdb.Store] with GET.
func (s *Store) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := s.enter(ctx, opGet); err != nil {
		return nil, err
	}
	defer s.guard.leave()
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return nil, err
	}
	value, err := s.client.Get(ctx, string(key)).Bytes()
	switch {
	case err == redis.Nil: //nolint:errorlint // a miss is not wrapped, and comes often
		return nil, kvdb.ErrNotFound
	case err != nil:
		return nil, s.wrap(ctx, opGet, err)
	case s.copies || value == nil:
		value = append([]byte{}, value...)
	}
	return value, nil
}

// Exists implements [kvdb.Exister] with EXISTS, which reads no value. A key of any type
// exists.
func (s *Store) Exists(ctx context.Context, key []byte) (bool, error) {
	if err := s.enter(ctx, opGet); err != nil {
		return false, err
	}
	defer s.guard.leave()
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return false, err
	}
	n, err := s.client.Exists(ctx, string(key)).Result()
	return n > 0 && err == nil, s.wrap(ctx, opGet, err)
}

// GetTTL implements [kvdb.TTLGetter] with PTTL. Of a replica, it is by the replica's clock.
func (s *Store) GetTTL(ctx context.Context, key []byte) (time.Duration, error) {
	if err := s.enter(ctx, opGet); err != nil {
		return 0, err
	}
	defer s.guard.leave()
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return 0, err
	}
	ttl, err := s.client.PTTL(ctx, string(key)).Result()
	const forGood, absent = -1, -2 // of Redis; the client does not make milliseconds of them
	switch {
	case err != nil:
		return 0, s.wrap(ctx, opGet, err)
	case ttl == absent:
		return 0, kvdb.ErrNotFound
	case ttl == forGood:
		return 0, nil
	}
	return max(ttl, ttlResolution), nil // less than a millisecond is none in a reply
}

// GetMany implements [kvdb.MultiGetter] with one MGET, so the values are of one state of
// the store; in a cluster with one for each slot, in one trip for each node. The
// server does nothing else during an MGET: some hundred keys at a time are kind to others.
// A key that holds no string is absent.
func (s *Store) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	if err := s.enter(ctx, opGet); err != nil {
		return nil, err
	}
	defer s.guard.leave()
	names := make([]string, len(keys))
	for i, key := range keys {
		if err := kvdb.CheckKey(opGet, key); err != nil {
			return nil, err
		}
		names[i] = string(key)
	}
	values, err := s.many(ctx, names)
	if err != nil {
		return nil, s.wrap(ctx, opGet, err)
	}
	return values, nil
}

// many is GetMany with errors of the client.
func (s *Store) many(ctx context.Context, keys []string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	if len(keys) == 0 {
		return values, nil
	}
	if s.nodes == nil {
		replies, err := s.client.MGet(ctx, keys...).Result()
		if err != nil {
			return nil, err
		}
		take(values, replies, nil)
		return values, nil
	}
	slots := bySlot(keys)
	replies := make([]*redis.SliceCmd, len(slots))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, slot := range slots {
			replies[i] = p.MGet(ctx, slot.keys...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, slot := range slots {
		take(values, replies[i].Val(), slot.places)
	}
	return values, nil
}

// take puts the values of a reply in their places, or in their order.
func take(values [][]byte, reply []any, places []int) {
	for i, v := range reply {
		at := i
		if places != nil {
			at = places[i]
		}
		if text, ok := v.(string); ok && at < len(values) {
			values[at] = append([]byte{}, text...)
		}
	}
}
