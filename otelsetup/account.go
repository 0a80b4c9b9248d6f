package otelsetup

import (
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
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
func (a *accounts) open(diagnostics *zap.Logger, s environment.Signal, of ledger.Signal, exporter string, queue int) *account {
	log := newExportLog(diagnostics, s, exporter)
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
