package exporters

import (
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/ledger"
)

// An Account is the ledger of one exporter and what is known of it.
type Account struct {
	*ledger.Ledger
	signal   ledger.Signal
	exporter string // its otel.component.type
}

// Accounts are those of one signal.
type Accounts []*Account

// Open adds an account for an exporter of this kind. Lines go to the logger, which
// writes JSON alone: what fails is the way to everything else. The queue is how many
// records may wait for it, 0 where none does.
func (a *Accounts) Open(logger *zap.Logger, s environment.Signal, of ledger.Signal, kind string, queue int) *Account {
	opened := &Account{Ledger: ledger.New(queue), signal: of, exporter: kind}
	failures := newFailureLog(logger, s, kind)
	opened.Observe(failures.observe)
	opened.ObserveMending(failures.mended)
	*a = append(*a, opened)
	return opened
}

// Register makes the accounts visible as metrics.
func (a Accounts) Register(meter metric.Meter) error {
	for number, account := range a {
		if err := ledger.Register(meter, account.signal, account.exporter, number, account.Ledger); err != nil {
			return err
		}
	}
	return nil
}

// Lost returns what was lost so far, of what is pending too if that is over.
func (a Accounts) Lost(over bool) (n uint64) {
	for _, account := range a {
		counts := account.Counts()
		n += counts.Failed + counts.Dropped
		if over {
			n += counts.Pending
		}
	}
	return n
}

// Pending reports whether an export is under way.
func (a Accounts) Pending() bool {
	for _, account := range a {
		if account.Counts().Pending > 0 {
			return true
		}
	}
	return false
}
