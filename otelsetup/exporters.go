package otelsetup

import (
	"context"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
)

// exporters returns what the exporters of each signal are made of.
func (t *Telemetry) exporters(c *config) exporters.Settings {
	return exporters.Settings{
		Environment: c.env, Endpoint: c.endpoint, Console: t.stderr,
		Connected: func(s environment.Signal, end func()) {
			t.steps = append(t.steps, step{name: "the connections of " + s.Name, run: func(context.Context) error {
				end()
				return nil
			}})
		},
	}
}
