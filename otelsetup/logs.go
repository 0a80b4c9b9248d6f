package otelsetup

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/log"
	lognoop "go.opentelemetry.io/otel/log/noop"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/ledger"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
	"github.com/otelkv/otelkv/otelsetup/internal/loglevel"
	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

// startDiagnostics sets the logger for what the telemetry has to say of itself:
// the caller's, else one that writes JSON and nothing else.
func (t *Telemetry) startDiagnostics(c *config) error {
	if c.logger != nil {
		t.diagnostics = c.logger
		return nil
	}
	core, err := logcore.New(logcore.Options{Lines: t.lines, Level: t.level})
	if err != nil {
		return err
	}
	t.diagnostics = zap.New(core, zap.ErrorOutput(newWriteErrors(t.stderr)))
	return nil
}

// startLogs sets the LoggerProvider and the logger.
func (t *Telemetry) startLogs(ctx context.Context, c *config, res *resource.Resource) error {
	t.startLines(c)
	if err := t.startDiagnostics(c); err != nil {
		return err
	}
	opts, err := t.newLogPipeline(ctx, c)
	if err != nil {
		return err
	}
	if len(opts) == 0 { // a record would be made for nobody
		t.loggerProvider = lognoop.NewLoggerProvider()
		return t.startLogger(c, nil)
	}
	opts = append(opts, sdklog.WithResource(res))
	t.loggerProvider = sanitize.LoggerProvider(sdklog.NewLoggerProvider(opts...))
	// The core has no key twice, and need not pay for a search.
	return t.startLogger(c, sanitize.LoggerProvider(
		sdklog.NewLoggerProvider(append(opts, sdklog.WithAllowKeyDuplication())...)))
}

// newLogPipeline returns the exporters of logs as options of a provider.
func (t *Telemetry) newLogPipeline(ctx context.Context, c *config) ([]sdklog.LoggerProviderOption, error) {
	if c.disabled {
		return nil, nil
	}
	made, err := t.exporters(c).Logs(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range c.logExporters {
		made = append(made, exporters.Made[sdklog.Exporter]{Exporter: e, Kind: fmt.Sprintf("%T", e)})
	}
	if len(made) == 0 {
		return nil, nil
	}
	var opts []sdklog.LoggerProviderOption
	var processors []sdklog.Processor
	for _, e := range made {
		a := t.logAccounts.Open(t.diagnostics, environment.Logs, ledger.LogRecords, e.Kind, c.env.Queue(environment.Logs))
		p := ledger.NewLogProcessor(a.Ledger, e.Exporter)
		processors = append(processors, p)
		opts = append(opts, sdklog.WithProcessor(p))
	}
	t.steps = append(t.steps, step{
		name: environment.Logs.Name, items: "log records", accounts: &t.logAccounts,
		run:   foreign.Each(processors, sdklog.Processor.Shutdown),
		flush: foreign.Each(processors, sdklog.Processor.ForceFlush),
	})
	return opts, nil
}

// startLogger sets the logger, unless the caller has one.
func (t *Telemetry) startLogger(c *config, provider log.LoggerProvider) error {
	if c.logger != nil {
		t.logger, t.slog = c.logger, c.slog
		if c.slog != nil { // the logger over it is ours, and so is what its Fatal does
			t.logger = c.logger.WithOptions(zap.WithFatalHook(lastFlush{t}))
		}
		return nil
	}
	options := logcore.Options{Lines: t.lines, Provider: provider, Name: scopeName, Level: t.level, Flush: t.flushLogs}
	if s := c.logSampling; s != nil {
		options.Sampling = &logcore.Sampling{Tick: s.interval, First: s.first, Thereafter: s.thereafter}
	}
	core, err := logcore.New(options)
	if err != nil {
		return err
	}
	t.core = core
	t.logger = zap.New(core, zap.WithFatalHook(lastFlush{t}), zap.ErrorOutput(newWriteErrors(t.stderr)))
	t.logLevel = loglevel.New(t.level, t.logger)
	t.steps = append(t.steps, step{name: "the log level", run: func(context.Context) error {
		t.logLevel.Stop()
		return nil
	}})
	return nil
}
