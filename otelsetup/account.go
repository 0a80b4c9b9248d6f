package otelsetup

import (
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/otelsetup/internal/ledger"
)

// An account is the ledger of one exporter and what is known of it.
type account struct {
	*ledger.Ledger
	signal   ledger.Signal
	exporter string // its otel.component.type
	log      *exportLog
}

// accounts are those of one signal.
type accounts []*account

// open adds an account for an exporter. Its lines go to JSON alone: what fails
// is the way to everything else.
func (a *accounts) open(t *Telemetry, s signal, of ledger.Signal, exporter string, queue int) *account {
	log := newExportLog(t.diagnostics, s, exporter)
	opened := &account{Ledger: ledger.New(queue), signal: of, exporter: exporter, log: log}
	opened.Observe(log.observe)
	opened.ObserveMending(log.mended)
	*a = append(*a, opened)
	return opened
}

// register makes the accounts visible as metrics.
func (a accounts) register(meter metric.Meter) error {
	for number, account := range a {
		if err := ledger.Register(meter, account.signal, account.exporter, number, account.Ledger); err != nil {
			return err
		}
	}
	return nil
}

// lost returns what was lost so far, of what is pending too if that is over.
func (a accounts) lost(over bool) (n uint64) {
	for _, account := range a {
		counts := account.Counts()
		n += counts.Failed + counts.Dropped
		if over {
			n += counts.Pending
		}
	}
	return n
}

// pending reports whether an export is under way.
func (a accounts) pending() bool {
	for _, account := range a {
		if account.Counts().Pending > 0 {
			return true
		}
	}
	return false
}

// Losses are what a [Telemetry] did not deliver; of its exporters what a
// receiver refused or did not answer, what there was no room for while it was
// slow, and what came after Shutdown. With two exporters of a signal a record
// that neither delivers is lost twice. Of what the Telemetry was given, all else
// was delivered or, before Shutdown, may still be.
//
// Metrics are rarely worse off for it: the next export of a cumulative data point
// brings what the lost one had.
//
// LogLines are those of the JSON log that its output did not take: see
// [Telemetry.Logger].
type Losses struct {
	Spans, DataPoints, LogRecords uint64
	LogLines                      uint64
}

// Losses returns what was lost so far. From the end of Shutdown on that
// includes what was still under way.
func (t *Telemetry) Losses() Losses {
	if t == nil {
		return Losses{}
	}
	over := t.ended.Load()
	l := Losses{
		Spans:      t.traceAccounts.lost(over),
		DataPoints: t.metricAccounts.lost(over),
		LogRecords: t.logAccounts.lost(over),
	}
	if t.lines != nil {
		l.LogLines = t.lines.Report().Lost()
	}
	return l
}
