package kvtest_test

import (
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// The test of an adapter is one call: open returns a fresh store each time,
// which the suite closes.
func ExampleRun() {
	TestConformance := func(t *testing.T) {
		kvtest.Run(t, func(testing.TB) kvdb.Store { return kvdb.NewMemory(nil) })
	}
	_ = TestConformance
	// Output:
}
