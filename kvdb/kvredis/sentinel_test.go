package kvredis_test

import (
	"cmp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// Sentinels and the primary have users of their own, and each that is wrong is one clear error, in bounded time. So
// is a primary that is gone, and a sentinel that speaks TLS only.
func TestOpenSentinelsMisfits(t *testing.T) {
	primary := startServer(t, "--requirepass", "secret")
	monitor := func(at *server) string {
		return "sentinel monitor shop " + at.host + " " + strconv.Itoa(at.port) + " 1"
	}
	guarded := startSentinel(t, monitor(primary), "sentinel auth-pass shop secret", "requirepass hidden")
	plain := startSentinel(t, monitor(primary), "sentinel auth-pass shop secret")
	gone := startServer(t)
	orphan := startSentinel(t, monitor(gone))
	gone.Kill(t)
	secure := startTLS(t)
	if err := primary.connect(t).ACLSetUser(t.Context(), "shop", "on", ">kept", "~*", "+@all").Err(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		at    *server
		redis redis.UniversalOptions
		kind  error // nil is a store
		says  string

		within time.Duration // by default two seconds; not where go-redis dials several times, which a busy machine draws out
	}{
		"both passwords":                 {at: guarded, redis: redis.UniversalOptions{SentinelPassword: "hidden", Password: "secret"}},
		"a user of the primary":          {at: guarded, redis: redis.UniversalOptions{SentinelPassword: "hidden", Username: "shop", Password: "kept"}},
		"no password of the sentinel":    {at: guarded, redis: redis.UniversalOptions{Password: "secret"}, kind: kvdb.ErrInvalidArgument, says: "wants a password"},
		"another one of the sentinel":    {at: guarded, redis: redis.UniversalOptions{SentinelPassword: "wrong", Password: "secret"}, kind: kvdb.ErrInvalidArgument, says: "does not know the user"},
		"no password of the primary":     {at: plain, kind: kvdb.ErrInvalidArgument, says: "wants a password"},
		"another one of the primary":     {at: plain, redis: redis.UniversalOptions{Password: "wrong"}, kind: kvdb.ErrInvalidArgument, says: "does not know the user"},
		"an unknown user of the primary": {at: plain, redis: redis.UniversalOptions{Username: "who", Password: "secret"}, kind: kvdb.ErrInvalidArgument, says: "does not know the user"},
		"a primary that is gone":         {at: orphan, kind: kvdb.ErrUnavailable, says: "refused", within: bound},
		"sentinels with TLS":             {at: secure, kind: kvdb.ErrInvalidArgument, says: "wants TLS"},
		"sentinels without TLS":          {at: plain, redis: redis.UniversalOptions{TLSConfig: secure.options.TLSConfig}, kind: kvdb.ErrInvalidArgument, says: "does not speak TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := tt.redis
			options.MasterName = "shop"
			began := time.Now()
			s, err := kvredis.Open(t.Context(), tt.at.address, &kvredis.OpenOptions{Redis: &options, Timeout: cmp.Or(tt.within, 2*time.Second)})
			if took := time.Since(began); took > 2*bound {
				t.Errorf("Open took %v", took)
			}
			if tt.kind == nil {
				if err != nil {
					t.Fatal(err)
				}
				closing(t, s)
				put(t, s, "k", "v")
				if about := s.Describe(); about.Address != "" || about.Port != 0 { // of a server that has no data
					t.Errorf("it is called %s, port %d", about.Address, about.Port)
				}
				return
			}
			if s != nil {
				t.Errorf("Open has a store beside its error: %v", s)
			}
			wantKind(t, "Open", err, tt.kind)
			if err == nil {
				return
			}
			for _, secret := range []string{"secret", "hidden", "wrong", "kept"} {
				if !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), secret) {
					t.Fatalf("Open: %v, want %q in it and no password", err, tt.says)
				}
			}
		})
	}
}
