package instrument_test

import (
	"context"
	"testing"

	"github.com/otelkv/otelkv/instrument"
)

// A registry that every Wrap refuses, and readers may still ask.
func TestRegistryWithBadBounds(t *testing.T) {
	for name, options := range map[string][]instrument.RegistryOption{
		"bounds": {instrument.WithDurationBounds(-1)},
		"both":   {instrument.WithDurationBounds(-1), instrument.WithExponentialDurations()},
	} {
		p := instrument.NewRegistry(options...).NewProducer()
		if got, err := p.Produce(context.Background()); len(got) > 0 || err != nil {
			t.Errorf("%s: it produces %v and the error %v", name, got, err)
		}
	}
}
