package kvpebble

import (
	"context"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/kvdb"
)

// Get implements [kvdb.Store].
func (s *Store) Get(ctx context.Context, key []byte) ([]byte, error) {
	return s.get(ctx, s.engine(), key)
}

// AppendGet implements [kvdb.Appender]. The value is copied once, from the
// engine's memory to dst.
func (s *Store) AppendGet(ctx context.Context, dst, key []byte) ([]byte, error) {
	return s.appendGet(ctx, s.engine(), dst, key)
}

// GetSized implements [kvdb.SizedGetter]. The value is copied once, from the engine's
// memory, which has read it by the time that its size is known.
func (s *Store) GetSized(ctx context.Context, key []byte, room kvdb.Room) (value []byte, err error) {
	in, err := s.enter(ctx, opGet)
	if err != nil {
		return nil, err
	}
	defer s.leave(in, opGet, &err)
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return nil, err
	}
	found, pin, err := s.db.Get(key)
	switch {
	case err == pebble.ErrNotFound:
		return nil, kvdb.ErrNotFound
	case err != nil:
		return nil, wrap(opGet, err)
	}
	defer func() { // also when room panics
		if e := pin.Close(); e != nil && err == nil {
			value, err = nil, wrap(opGet, e)
		}
	}()
	dst := room(len(found))
	if dst == nil {
		return nil, nil
	}
	return append(dst[:0], found...), nil
}

// Exists implements [kvdb.Exister] with a point read, which asks the filters of
// tables and ends at the first level that has the key, as an iterator does not. The
// engine reads the block with the value, but it is not copied.
func (s *Store) Exists(ctx context.Context, key []byte) (found bool, err error) {
	in, err := s.enter(ctx, opGet)
	if err != nil {
		return false, err
	}
	defer s.leave(in, opGet, &err)
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return false, err
	}
	_, pin, err := s.db.Get(key)
	switch {
	case err == pebble.ErrNotFound:
		return false, nil
	case err != nil:
		return false, wrap(opGet, err)
	}
	if err := pin.Close(); err != nil {
		return false, wrap(opGet, err)
	}
	return true, nil
}

// empty is a value of no bytes that is not nil; appending to it allocates
// exactly what the value needs.
var empty = []byte{}

func (s *Store) get(ctx context.Context, r pebble.Reader, key []byte) ([]byte, error) {
	value, err := s.appendGet(ctx, r, empty, key)
	if err != nil {
		return nil, err
	}
	return value, nil
}

// appendGet reads key from the database or a snapshot of it.
func (s *Store) appendGet(ctx context.Context, r pebble.Reader, dst, key []byte) (out []byte, err error) {
	out = dst
	in, err := s.enter(ctx, opGet)
	if err != nil {
		return out, err
	}
	defer s.leave(in, opGet, &err)
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return out, err
	}
	value, pin, err := r.Get(key)
	if err != nil {
		if err == pebble.ErrNotFound {
			return out, kvdb.ErrNotFound
		}
		return out, wrap(opGet, err)
	}
	out = append(out, value...)
	if err := pin.Close(); err != nil {
		return dst, wrap(opGet, err)
	}
	return out, nil
}

// pingKey is as good as any: a miss takes the way of a hit.
var pingKey = []byte{0}

// Ping implements [kvdb.Pinger] with the read of one key through all levels of
// the engine. It fails as well when the engine has failed so that it takes no
// more writes.
func (s *Store) Ping(ctx context.Context) (err error) {
	in, err := s.enter(ctx, opPing)
	if err != nil {
		return err
	}
	defer s.leave(in, opPing, &err)
	if err := s.failed(opPing); err != nil {
		return err
	}
	_, pin, err := s.db.Get(pingKey)
	if err == nil {
		err = pin.Close()
	}
	if err == pebble.ErrNotFound {
		return nil
	}
	return wrap(opPing, err)
}
