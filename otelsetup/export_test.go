package otelsetup

import (
	"context"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/usage"
)

// LossIsNews is for how long CheckLog tells of lost lines.
const LossIsNews = lossIsNews

// WithUsage sets what reads the process.
func WithUsage(read func() usage.Reading) Option {
	return optionFunc(func(c *config) { c.readUsage = read })
}

// AccountsOf returns those of the exporters.
func AccountsOf(t *Telemetry) (traces, metrics, logs exporters.Accounts) {
	return t.traceAccounts, t.metricAccounts, t.logAccounts
}

// DiagnosticsOf returns the logger of what the Telemetry says of itself.
func DiagnosticsOf(t *Telemetry) *zap.Logger { return t.diagnostics }

// WaitForScrapes waits for the lines that scrapes have caused.
func WaitForScrapes(ctx context.Context, t *Telemetry) error { return t.losses.Wait(ctx) }
