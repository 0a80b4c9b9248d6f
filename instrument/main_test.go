package instrument_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The line of the clock is written in a process of its own, once.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(testutil.AllLines(m, "instrument", catalog.ClockFellBack))
}
