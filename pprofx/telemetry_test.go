package pprofx

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
	for name, o := range map[string]Option{
		"WithTelemetry: the value is a nil *pprofx.telemetry":    WithTelemetry((*telemetry)(nil)),
		"WithMeterProvider: the value is a nil *pprofx.provider": WithMeterProvider((*provider)(nil)),
		"the value is a nil *pprofx.provider":                    WithTelemetry(telemetry{zap.NewExample(), (*provider)(nil)}),
	} {
		if _, err := Start(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
}
