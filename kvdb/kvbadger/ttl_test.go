package kvbadger

import (
	"math"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A value is there for all of its time, and for less than a second more.
func TestExpiry(t *testing.T) {
	for _, tt := range []struct {
		now  time.Time
		ttl  time.Duration
		want uint64
	}{
		{time.Unix(10, 0), time.Second, 11},
		{time.Unix(10, 1), time.Second, 12},
		{time.Unix(10, 0), 1, 11},
		{time.Unix(10, 999_999_999), 1, 11},
		{time.Unix(10, 500_000_000), 1500 * time.Millisecond, 12},
		{time.Unix(10, 0), 1<<63 - 1, 10 + 9223372036 + 1},
	} {
		if got := expiry(tt.now, tt.ttl); got != tt.want {
			t.Errorf("expiry(%v, %v) = %d, want %d", tt.now.Unix(), tt.ttl, got, tt.want)
		}
	}
}

// What has expired since Badger looked is absent, and no time is more than a Duration has.
func TestRemaining(t *testing.T) {
	for _, tt := range []struct {
		now       time.Time
		expiresAt uint64
		want      time.Duration
		err       error
	}{
		{time.Unix(10, 0), 0, 0, nil},
		{time.Unix(10, 0), 11, time.Second, nil},
		{time.Unix(10, 999_999_999), 11, 1, nil},
		{time.Unix(11, 0), 11, 0, kvdb.ErrNotFound},
		{time.Unix(12, 1), 11, 0, kvdb.ErrNotFound},
		{time.Unix(10, 0), math.MaxUint64, math.MaxInt64, nil},
	} {
		if got, err := remaining(tt.now, tt.expiresAt); got != tt.want || err != tt.err {
			t.Errorf("remaining(%v, %d) = %v, %v, want %v, %v", tt.now.Unix(), tt.expiresAt, got, err, tt.want, tt.err)
		}
	}
}
