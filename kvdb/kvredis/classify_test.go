package kvredis_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

func TestClassify(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	client := startServer(t).connect(t)
	client.HSet(t.Context(), "hash", "field", "secret")
	said := client.Do(t.Context(), "SECRET", "secret").Err()
	for _, tt := range []struct {
		ctx  context.Context
		err  error
		want error
	}{
		{t.Context(), redis.Nil, kvdb.ErrNotFound},
		{t.Context(), redis.TxFailedErr, kvdb.ErrConflict},
		{t.Context(), said, kvdb.ErrInvalidArgument},
		{t.Context(), client.Incr(t.Context(), "hash").Err(), kvdb.ErrInvalidArgument},
		{t.Context(), redis.ErrClosed, kvdb.ErrClosed},
		{t.Context(), redis.ErrPoolTimeout, kvdb.ErrTimeout},
		{canceled, net.ErrClosed, context.Canceled},
	} {
		if got := kvredis.Classify(tt.ctx, "GET", tt.err); !errors.Is(got, tt.want) || strings.Contains(strings.ToLower(got.Error()), "secret") {
			t.Errorf("%v is %v, want %v", tt.err, got, tt.want)
		}
	}
	if err := kvredis.Classify(t.Context(), "GET", nil); err != nil {
		t.Error(err)
	}
	if err := kvredis.Classify(t.Context(), "GET", said); !errors.Is(err, said) {
		t.Error("the server's own error is lost")
	}
}
