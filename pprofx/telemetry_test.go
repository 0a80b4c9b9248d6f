package pprofx

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
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
		"nil":            {[]Option{WithTelemetry(tel), WithLogger(other.logger), WithSlog(nil)}, telemetry{other.logger, tel.provider}},
		"a logger after": {[]Option{WithTelemetry(tel), WithLogger(other.logger)}, telemetry{other.logger, tel.provider}},
	} {
		c, err := newConfig(tc.opts)
		if err != nil || c.logger != tc.want.logger || c.meterProvider != tc.want.provider {
			t.Errorf("%s: %v, %v", name, err, c.meterProvider)
		}
	}
	for name, o := range map[string]Option{
		"WithSlog: the value is a nil *slog.TextHandler":         WithSlog((*slog.TextHandler)(nil)),
		"WithTelemetry: the value is a nil *pprofx.telemetry":    WithTelemetry((*telemetry)(nil)),
		"WithMeterProvider: the value is a nil *pprofx.provider": WithMeterProvider((*provider)(nil)),
		"the value is a nil *pprofx.provider":                    WithTelemetry(telemetry{zap.NewExample(), (*provider)(nil)}),
	} {
		if _, err := Start(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

// TestWithSlog: lines are records of a program that has slog alone.
func TestWithSlog(t *testing.T) {
	var out bytes.Buffer
	p, err := Start(WithSlog(slog.NewJSONHandler(&out, nil)), WithDirectory(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the seconds of CPU are left out
	if _, err := p.Capture(ctx, "deploy"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if line := out.String(); !strings.Contains(line, `"msg":"`+catalog.EvidenceCaptured+`"`) || !strings.Contains(line, "deploy") {
		t.Errorf("lines %s", line)
	}
}
