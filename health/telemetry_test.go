package health

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
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
		"WithTelemetry: the value is a nil *health.telemetry":    WithTelemetry((*telemetry)(nil)),
		"WithMeterProvider: the value is a nil *health.provider": WithMeterProvider((*provider)(nil)),
		"the value is a nil *health.provider":                    WithTelemetry(telemetry{zap.NewExample(), (*provider)(nil)}),
	} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	if h, err := New(optionFunc(nil), nil, WithTelemetry(telemetry{})); err != nil {
		t.Errorf("nothing: %v", err)
	} else {
		_ = h.Close()
	}
}

// TestNilStore: a store that could not be opened is an error of the registration.
func TestNilStore(t *testing.T) {
	h := start(t)
	for _, store := range []kvdb.Store{nil, (*kvdb.Memory)(nil), (*testutil.Faulty)(nil)} {
		for name, c := range map[string]Check{
			"Ping": Ping("a", store), "RoundTrip": RoundTrip("a", store, []byte("k")),
			"ReplicationLag": ReplicationLag("a", store, nil), "Engine": Engine("a", store, nil),
			"Utilization": Utilization("a", Stat(store, "a"), nil), "StoreChecks": StoreChecks(store, 0)[0],
		} {
			err := h.Register(c)
			if name == "Utilization" {
				err = c.Run(t.Context())
			}
			if name == "Engine" && store == nil {
				continue // it may go without
			}
			if err == nil || !strings.Contains(err.Error(), "the store is") {
				t.Errorf("%s of %T: %v", name, store, err)
			}
		}
	}
}

// TestWithSlog: lines are records of a program that has slog alone.
func TestWithSlog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		h, err := New(WithSlog(slog.NewJSONHandler(&out, nil)), WithChecks(Check{
			Name: "license", Interval: time.Hour, Run: func(context.Context) error { return errors.New("it has ended") },
		}))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		for _, part := range []string{`"level":"WARN","msg":"check changed","check":"license"`, `"error":"it has ended"`} {
			if !strings.Contains(out.String(), part) {
				t.Errorf("no %s in %s", part, out.String())
			}
		}
	})
}
