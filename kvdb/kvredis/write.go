package kvredis

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

var (
	errLongKey   = errors.New("the key is longer than 512 MiB")
	errLongValue = errors.New("the value is longer than 512 MiB")
	errTTL       = errors.New("the time to live is not positive")
)

// Put implements [kvdb.Store] with SET. The value has no time to live, whatever the key
// had before.
func (s *Store) Put(ctx context.Context, key, value []byte) error {
	return s.put(ctx, key, value, 0)
}

// PutTTL implements [kvdb.TTLPutter] with SET and PX, or EX for whole seconds. A part of a
// millisecond counts as a whole one.
func (s *Store) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	if ttl <= 0 {
		return s.refuse(ctx, opPut, &kvdb.Error{Op: opPut, Kind: kvdb.ErrInvalidArgument, Err: errTTL})
	}
	if rest := ttl % ttlResolution; rest > 0 {
		ttl += ttlResolution - rest
	}
	return s.put(ctx, key, value, ttl)
}

// put sets a value, for good if ttl is 0.
func (s *Store) put(ctx context.Context, key, value []byte, ttl time.Duration) error {
	if err := s.enter(ctx, opPut); err != nil {
		return err
	}
	defer s.guard.leave()
	if err := checkPut(opPut, key, value); err != nil {
		return err
	}
	return s.wrap(ctx, opPut, s.client.Set(ctx, string(key), value, ttl).Err())
}

// refuse returns why a call cannot work, unless it cannot be made at all.
func (s *Store) refuse(ctx context.Context, op string, why error) error {
	if err := s.enter(ctx, op); err != nil {
		return err
	}
	s.guard.leave()
	return why
}

// Delete implements [kvdb.Store] with DEL.
func (s *Store) Delete(ctx context.Context, key []byte) error {
	if err := s.enter(ctx, opDelete); err != nil {
		return err
	}
	defer s.guard.leave()
	if err := kvdb.CheckKey(opDelete, key); err != nil {
		return err
	}
	return s.wrap(ctx, opDelete, s.client.Del(ctx, string(key)).Err())
}

// Apply implements [kvdb.Batcher] with MULTI and EXEC, in one trip. In a cluster all keys
// have to be of one slot, which those with the same part in braces are: others are
// kvdb.ErrInvalidArgument, and nothing is written.
func (s *Store) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	if err := s.enter(ctx, opBatch); err != nil {
		return err
	}
	defer s.guard.leave()
	if err := s.checkBatch(muts); err != nil {
		return err
	}
	switch len(muts) {
	case 0:
		return nil
	case 1:
		return s.wrap(ctx, opBatch, write(ctx, s.client, &muts[0]).Err())
	}
	cmds, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for i := range muts {
			write(ctx, p, &muts[i])
		}
		return nil
	})
	return s.wrap(ctx, opBatch, refusal(cmds, err))
}

// refusal returns why the server refused a batch: what it said to the first of its
// commands that it did not take.
func refusal(cmds []redis.Cmder, err error) error {
	if !redis.IsExecAbortError(err) {
		return err
	}
	for _, cmd := range cmds {
		if why := cmd.Err(); why != nil && !redis.IsExecAbortError(why) {
			return why
		}
	}
	return err
}

func write(ctx context.Context, to redis.Cmdable, m *kvdb.Mutation) interface{ Err() error } {
	if m.Delete {
		return to.Del(ctx, string(m.Key))
	}
	return to.Set(ctx, string(m.Key), m.Value, 0)
}

// checkBatch finds what is wrong with a batch before any of it is sent.
func (s *Store) checkBatch(muts []kvdb.Mutation) error {
	for i := range muts {
		m := &muts[i]
		value := m.Value
		if m.Delete {
			value = nil
		}
		if err := checkPut(opBatch, m.Key, value); err != nil {
			return err
		}
		if s.nodes != nil && slotOf(m.Key) != slotOf(muts[0].Key) {
			return &kvdb.Error{Op: opBatch, Kind: kvdb.ErrInvalidArgument, Err: errCrossSlot}
		}
	}
	return nil
}

func checkPut(op string, key, value []byte) error {
	if err := kvdb.CheckKey(op, key); err != nil {
		return err
	}
	switch {
	case len(key) > MaxKey:
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errLongKey}
	case len(value) > MaxValue:
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errLongValue}
	}
	return nil
}
