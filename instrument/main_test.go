package instrument_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testutil.AllLines(m, "instrument")) }
