package instrument_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A line of an operation has no call site and no stack of this package, with a
// logger that adds both, as zap.NewProduction makes it.
func TestLinesHaveNoSiteOfOurs(t *testing.T) {
	var out bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&out), zapcore.DebugLevel)
	logger := zap.New(core, zap.AddCaller(), zap.AddStacktrace(zapcore.ErrorLevel))
	r := instrument.NewRegistry()
	below := testutil.NewFaulty()
	below.Inject(testutil.Errors(kvdb.ErrUnavailable))
	w := wrap(t, below, instrument.WithRegistry(r), instrument.WithLogger(logger))
	_, _ = w.Get(t.Context(), []byte("key"))
	c := newRecorder(t, instrument.WithRegistry(r), instrument.WithLogger(logger))
	_, _ = instrument.Do(t.Context(), c.Operation("lookup").Call(), func(context.Context) (int, error) { return 0, errResult })
	c.Operation("get")
	if n := strings.Count(out.String(), "\n"); n != 3 {
		t.Fatalf("%d lines, want 3:\n%s", n, &out)
	}
	for _, part := range []string{"caller", "stacktrace", "instrument/"} {
		if strings.Contains(out.String(), part) {
			t.Errorf("%q is in\n%s", part, &out)
		}
	}
}
