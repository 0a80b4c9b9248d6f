package health

import (
	"strings"
	"testing"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"
)

type telemetry struct {
	logger   *zap.Logger
	provider metric.MeterProvider
}

func (t telemetry) Logger() *zap.Logger                 { return t.logger }
func (t telemetry) MeterProvider() metric.MeterProvider { return t.provider }

// provider is one that differs from another.
type provider struct {
	noop.MeterProvider
	name string
}

func TestWithTelemetry(t *testing.T) {
	tel := telemetry{zap.NewExample(), &provider{name: "telemetry's"}}
	other := telemetry{zap.NewExample(), &provider{name: "other"}}
	for name, tc := range map[string]struct {
		opts []Option
		want telemetry
	}{
		"all of it":      {[]Option{WithTelemetry(tel)}, tel},
		"options first":  {[]Option{WithLogger(other.logger), WithMeterProvider(other.provider), WithTelemetry(tel)}, other},
		"a logger after": {[]Option{WithTelemetry(tel), WithLogger(other.logger)}, telemetry{other.logger, tel.provider}},
	} {
		c, err := newConfig(tc.opts)
		if err != nil || c.logger != tc.want.logger || c.meterProvider != tc.want.provider {
			t.Errorf("%s: %v, %v", name, err, c.meterProvider)
		}
	}
	if _, err := New(WithTelemetry(nil)); err == nil || !strings.Contains(err.Error(), "WithTelemetry") {
		t.Errorf("nil: %v", err)
	}
}
