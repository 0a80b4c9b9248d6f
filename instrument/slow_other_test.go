package instrument_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// Nobody knows what an undeclared operation does, so it is slow only by a threshold
// of its own.
func TestOtherIsNotSlowByDefault(t *testing.T) {
	for name, tt := range map[string]struct {
		options []instrument.Option
		want    []string
	}{
		"by default":  {nil, []string{"load"}},
		"for all":     {[]instrument.Option{instrument.WithSlowThreshold(time.Minute)}, []string{"load"}},
		"for it, too": {[]instrument.Option{instrument.WithSlowThreshold(time.Minute, "other")}, []string{"load", "other"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			hook := func(_ context.Context, slow instrument.SlowOperation) string {
				got = append(got, slow.Operation)
				return ""
			}
			recorder, err := instrument.NewRecorder(kvdb.Info{System: "app"}, []string{"load", "other"},
				append(tt.options, instrument.WithOnSlow(hook))...)
			if err != nil {
				t.Fatal(err)
			}
			defer recorder.Close()
			for _, operation := range []string{"load", "undeclared"} {
				recorder.Operation(operation).Record(t.Context(), time.Hour, nil)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q were slow, want %q", got, tt.want)
			}
		})
	}
}
