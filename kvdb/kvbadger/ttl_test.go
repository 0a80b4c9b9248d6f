package kvbadger

import (
	"testing"
	"time"
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
