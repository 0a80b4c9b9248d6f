package instrument_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A value of OTELKV_CLOCK that nobody knows is told once, by one of two stores, and a known one
// is not told.
func TestClockVariable(t *testing.T) {
	const child = "OTELKV_TEST_ALONE"
	for value, want := range map[string]string{
		"counter": "", "monotonic": "",
		"tsc": `OTELKV_CLOCK is "tsc": neither counter nor monotonic`,
	} {
		if os.Getenv(child) == t.Name() {
			if value == os.Getenv("OTELKV_CLOCK") {
				toldOfClock(t, want)
			}
			continue
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), child+"="+t.Name(), "OTELKV_CLOCK="+value)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", value, err, out)
		}
	}
}

// toldOfClock wraps two stores, and waits until a line says what is wanted, or for a moment.
func toldOfClock(t *testing.T, want string) {
	t.Helper()
	logger, log := testutil.NewLog(t, zapcore.InfoLevel)
	r := instrument.NewRegistry()
	first := wrap(t, busy(), instrument.WithRegistry(r), instrument.WithNamespace("first"), instrument.WithLogger(logger))
	second := wrap(t, busy(), instrument.WithRegistry(r), instrument.WithNamespace("second"), instrument.WithLogger(logger))
	told := func() (lines []map[string]any) {
		for _, l := range log.Lines(t) {
			if l["message"] == "clock fell back" {
				lines = append(lines, l)
			}
		}
		return lines
	}
	wait := 50 * time.Millisecond
	if want != "" {
		wait = process.Soon
	}
	for deadline := time.Now().Add(wait); time.Now().Before(deadline) && len(told()) == 0; {
		<-time.After(time.Millisecond)
	}
	for _, s := range []*instrument.Store{first, second} {
		if err := s.Put(t.Context(), []byte("k"), nil); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	lines := told()
	switch {
	case want == "" && len(lines) > 0, want != "" && len(lines) != 1:
		t.Errorf("%d lines: %v", len(lines), lines)
	case want != "" && lines[0]["reason"] != want:
		t.Errorf("the reason is %v, want %s", lines[0]["reason"], want)
	}
}
