package kvredis

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// swapScript sets a key that has the value of the first argument to the second one. GET of an
// absent key is false, which equals no text.
const swapSource = `if redis.call('GET', KEYS[1]) == ARGV[1] then
	redis.call('SET', KEYS[1], ARGV[2])
	return 1
end
return 0`

var swapScript = redis.NewScript(swapSource)

// CompareAndSwap implements [kvdb.Swapper] with a script, and with SET and NX for a key that
// has to be absent. The new value has no time to live. The command is sent once: with an
// error that is not the server's, such as kvdb.ErrTimeout or kvdb.ErrUnavailable, it may have
// swapped or not.
func (s *Store) CompareAndSwap(ctx context.Context, key, old, new []byte) (swapped bool, err error) {
	if err := s.enter(ctx, opSwap); err != nil {
		return false, err
	}
	defer s.guard.leave()
	if err := checkPut(opSwap, key, new); err != nil {
		return false, err
	}
	if old == nil {
		swapped, err = s.setAbsent(ctx, key, new)
	} else {
		swapped, err = s.setEqual(ctx, key, old, new)
	}
	return swapped && err == nil, s.wrap(ctx, opSwap, err)
}

func (s *Store) setAbsent(ctx context.Context, key, value []byte) (bool, error) {
	reply, err := s.once(ctx, "set", key, notNil(value), "nx")
	if err == redis.Nil { //nolint:errorlint // that is how go-redis tells that it was not set
		return false, nil
	}
	return reply != nil, err
}

func (s *Store) setEqual(ctx context.Context, key, old, new []byte) (bool, error) {
	reply, err := s.once(ctx, "evalsha", swapScript.Hash(), 1, key, old, notNil(new))
	if redis.HasErrorPrefix(err, "NOSCRIPT") { // nothing was done yet
		reply, err = s.once(ctx, "eval", swapSource, 1, key, old, notNil(new))
	}
	return reply == int64(1), err
}

// once sends a command that is not tried again when its connection breaks, since its second
// reply would be about its own first effect.
func (s *Store) once(ctx context.Context, args ...any) (any, error) {
	cmd := onceCmd{redis.NewCmd(ctx, args...)}
	_ = s.client.Process(ctx, cmd) // the command has the error
	return cmd.Result()
}

type onceCmd struct{ *redis.Cmd }

// NoRetry tells go-redis what the type is for.
func (onceCmd) NoRetry() bool { return true }

func notNil(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
