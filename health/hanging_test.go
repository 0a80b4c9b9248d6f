package health_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// Traffic fails while an operation hangs, however well others do, and none does.
func TestTrafficHanging(t *testing.T) {
	var age time.Duration
	var succeeded uint64
	c := health.Traffic("database", func() (uint64, uint64) {
		succeeded += 1000
		return succeeded, 0
	}, &health.TrafficLimits{Oldest: func() time.Duration { return age }})
	for _, tt := range []struct {
		age  time.Duration
		want string
	}{
		{0, ""}, {objective.OperationAge, ""}, {objective.OperationAge + time.Second, "in flight for 31s"}, {time.Hour, "in flight for 1h0m0s"}, {0, ""},
	} {
		age = tt.age
		err := c.Run(context.Background())
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v old: %v", tt.age, err)
		}
	}
}
