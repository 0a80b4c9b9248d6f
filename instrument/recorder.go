package instrument

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Recorder records the calls of something that is no kvdb store, such as a
// cache behind an interface of your own: the metrics, spans and lines of a
// wrapped store, for operations that are declared when it is made. It is safe
// for concurrent use.
//
// [Do] records a call that returns an error, [Lookup] one that says whether it
// found something, [Call.Run] one that returns neither:
//
//	func (c *Cache) Get(ctx context.Context, key string) ([]byte, error) {
//		return instrument.Do(ctx, c.get.Call(), func(ctx context.Context) ([]byte, error) {
//			return c.next.Get(ctx, key)
//		})
//	}
//
// where c.get is what [Recorder.Operation] returned for "get". A nil or zero Recorder
// records nothing, and calls are made as ever.
type Recorder struct {
	observer   observer
	operations map[string]*Operation
	undeclared atomic.Bool // there was a line about one
	pollers    pollers     // of its source
}

// fewOperations is how many have all their stripes from the start.
const fewOperations = 5

var operationSyntax = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_. -]{0,39}$`)

// NewRecorder returns a recorder of the given operations, up to 64. Info says what
// the calls go to; its System and Namespace become db.system.name and db.namespace.
// The options are those of Wrap and [WithSource]; without [WithCompatMetrics] the two metrics of that
// name are left out. An error lists everything that is wrong.
//
// The first twelve operations have series from the start, those behind them from
// their first use on. One whose series might pass the limit of 1,500 counts as
// "other" in the metrics, and a line says so once; its spans and lines have its own
// name. With the defaults some twenty have room.
func NewRecorder(info kvdb.Info, operations []string, options ...Option) (*Recorder, error) {
	c := newConfig(append([]Option{WithoutCompatMetrics()}, options...))
	views, err := c.views()
	if err := errors.Join(c.validate(operations...), checkOperations(operations), err); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	infos := callInfos(operations)
	c.calls = true
	o, err := newObserver(info, infos, c)
	if err != nil {
		return nil, err
	}
	r := &Recorder{observer: *o, operations: make(map[string]*Operation, len(operations))}
	for i, name := range operations {
		r.operations[name] = &Operation{observer: &r.observer, declared: record.Operation(i)}
	}
	r.pollers.start(r.observer.rec, views)
	return r, nil
}

// What a call can come to that is declared with a name alone.
var (
	callOutcomes = []record.Outcome{record.OutcomeOK, record.OutcomeMiss, record.OutcomeCanceled, record.OutcomeError}
	callFailures = []record.Failure{record.FailureTimeout, record.FailureClosed, record.FailureUnavailable, record.FailurePanic, record.FailureOther}
)

// callInfos describes the operations of a recorder, and the one as which those
// count that it has no room for.
func callInfos(names []string) []record.OperationInfo {
	if len(names) > record.EarlyOperations && !slices.Contains(names, record.OtherOperation) {
		names = append(names[:len(names):len(names)], record.OtherOperation)
	}
	infos := make([]record.OperationInfo, len(names))
	for i, name := range names {
		infos[i] = record.OperationInfo{
			Name: name, Sends: true, Delivers: true, Outcomes: callOutcomes, Failures: callFailures,
			Lazy: len(names) > fewOperations, Late: i >= record.EarlyOperations,
		}
	}
	return infos
}

func checkOperations(names []string) error {
	if len(names) == 0 || len(names) > record.MaxOperations {
		return fmt.Errorf("%d operations: declare 1 to %d", len(names), record.MaxOperations)
	}
	var errs []error
	for i, name := range names {
		if !operationSyntax.MatchString(name) {
			errs = append(errs, fmt.Errorf("%q is no operation: use up to 40 letters, digits, spaces, dots, dashes and underscores", name))
		}
		if slices.Contains(names[:i], name) {
			errs = append(errs, fmt.Errorf("operation %q is declared twice", name))
		}
	}
	return errors.Join(errs...)
}

// Operation returns the handle of a declared operation. It looks the name up:
// keep the handle where the name is known before. An operation that was not
// declared counts as "other" where that was, so that a name from outside makes no
// series. Else its handle is nil, which records nothing, and one line in the log
// says so; calls with it run as ever.
func (r *Recorder) Operation(name string) *Operation {
	if r == nil {
		return nil
	}
	if o, ok := r.operations[name]; ok {
		return o
	}
	if o, ok := r.operations[record.OtherOperation]; ok {
		return o
	}
	if l := r.observer.log; l != nil && !r.undeclared.Swap(true) {
		l.guarded(func() {
			l.logger.Warn(catalog.OperationNotRecorded,
				zap.String(catalog.FieldOperation, strings.ToValidUTF8(name, "\uFFFD")),
				zap.String(catalog.FieldReason, "declare it, or \"other\", with NewRecorder"))
		})
	}
	return nil
}

// Totals returns the current totals of the calls.
func (r *Recorder) Totals() Totals {
	if r == nil {
		return Totals{}
	}
	return r.observer.totals()
}

// Close frees the recorder's name in the registry; each reader gets the final
// values once more, as those of a [Store]. A source that has answered so far is read a last
// time, for up to a second. Close waits for a reading of its source under
// way, for up to five seconds if that ignores its context, and for up to a second until the
// line of a call that hangs is logged. It returns nil.
func (r *Recorder) Close() error {
	if r != nil {
		r.pollers.stop()
		r.observer.close()
	}
	return nil
}
