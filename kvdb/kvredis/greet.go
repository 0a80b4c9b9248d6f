package kvredis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

var (
	errSentinel   = errors.New("a sentinel listens there: set MasterName in Redis of the options")
	errNode       = errors.New("the server is part of a cluster: set IsClusterMode in Redis of the options")
	errNoSentinel = errors.New("no sentinel listens there, but MasterName is set in Redis of the options")
	errNoNode     = errors.New("the server is not part of a cluster, but IsClusterMode or several addresses are set")
)

// greet asks the server whether it is what the options say.
func (s *Store) greet(ctx context.Context, opts *redis.UniversalOptions) error {
	if err := s.ping(ctx); err != nil {
		return s.greeted(ctx, opts, err)
	}
	if s.nodes != nil {
		return nil
	}
	// Who may not ask goes on without an answer.
	about, _ := s.client.Info(ctx).Result()
	switch {
	case strings.Contains(about, "_mode:sentinel"):
		return misfit(errSentinel)
	case strings.Contains(about, "cluster_enabled:1"):
		return misfit(errNode)
	}
	return nil
}

// greeted gives an error of the first trip a kind that it has only there.
func (s *Store) greeted(ctx context.Context, opts *redis.UniversalOptions, err error) error {
	switch {
	case opts.MasterName != "" && errors.Is(err, redis.Nil):
		return misfit(fmt.Errorf("the sentinels know no primary of the name %q", opts.MasterName))
	case opts.MasterName != "" && redis.HasErrorPrefix(err, "unknown command"):
		return misfit(errNoSentinel)
	case redis.IsAuthError(err), redis.HasErrorPrefix(err, "AUTH "):
		text, _ := replied(serverText(err))
		return misfit(&quiet{text, err})
	case s.nodes != nil && redis.HasErrorPrefix(err, "This instance has cluster support disabled"):
		return misfit(errNoNode)
	}
	return s.wrap(ctx, opOpen, err)
}

func misfit(why error) error {
	return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument, Err: why}
}

func serverText(err error) string {
	if r, ok := errors.AsType[redis.Error](err); ok {
		return r.Error()
	}
	return ""
}
