package instrument

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A Recorder records the calls of something that is no kvdb store, such as a
// cache behind an interface of your own: the metrics, spans and lines of a
// wrapped store, for operations that are declared when it is made. It is safe
// for concurrent use.
//
// A method takes two lines:
//
//	func (c *Cache) Get(ctx context.Context, key string) (value []byte, err error) {
//		ctx, call := c.recorder.Begin(ctx, cacheGet, &err)
//		defer call.End(&err)
//		return c.next.Get(ctx, key)
//	}
type Recorder struct{ observer observer }

// maxOperations bounds the series of a recorder.
const maxOperations = 12

var operationSyntax = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_. -]{0,39}$`)

// NewRecorder returns a recorder of the given operations, which Begin and Record
// name by their index. Info says what the calls go to; its System and Namespace become
// db.system.name and db.namespace. The options are those of Wrap. An error lists
// everything that is wrong.
func NewRecorder(info kvdb.Info, operations []string, options ...Option) (*Recorder, error) {
	c := newConfig(options)
	if err := errors.Join(c.validate(operations...), checkOperations(operations)); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	infos := make([]operationInfo, len(operations))
	for i, name := range operations {
		infos[i] = operationInfo{
			name: name, sends: true, delivers: true,
			outcomes: []outcome{outcomeOK, outcomeMiss, outcomeCanceled, outcomeError},
			failures: []failure{failureTimeout, failureClosed, failureUnavailable, failurePanic, failureOther},
		}
	}
	o, err := newObserver(info, infos, c)
	if err != nil {
		return nil, err
	}
	return &Recorder{*o}, nil
}

func checkOperations(names []string) error {
	if len(names) == 0 || len(names) > maxOperations {
		return fmt.Errorf("%d operations: declare 1 to %d", len(names), maxOperations)
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

// A Call is one call under way. Its methods are for the goroutine that makes
// the call.
type Call struct {
	op        op
	ctx       context.Context //nolint:containedctx // a Call lives as long as the call
	key       []byte
	delivered int
	miss      bool
}

// Begin starts to record a call. Err points to the named result of the method,
// which End gets as well; until the method returns it holds an error that stands
// for a panic. The returned context has the call's span in it: pass it on. A call
// of an operation that was not declared, or without an error to point to, is not
// recorded.
func (r *Recorder) Begin(ctx context.Context, declared int, err *error) (context.Context, Call) {
	call := Call{ctx: ctx}
	if err != nil && declared >= 0 && declared < len(r.observer.rec.infos) {
		call.ctx, *err = call.op.begin(ctx, &r.observer, operation(declared), 0)
	}
	return call.ctx, call
}

// End finishes the record of a call, whose result is *err. Deferred, it counts a
// panic as an error of the type panic and lets it go on.
func (c *Call) End(err *error) {
	if err == nil {
		return
	}
	result := *err
	if result == nil && c.miss {
		result = kvdb.ErrNotFound
	}
	c.op.end(c.ctx, c.key, c.delivered, result)
}

// longestCall keeps the sum of durations from wrapping round, whatever somebody
// else has measured.
const longestCall = 365 * 24 * time.Hour

// Record records a call that somebody else has timed: it has just ended, with
// err, and took d; less than a nanosecond counts as one, and more than a year as
// a year. Below a parent that is traced it gets a span that began so long ago. A
// call of an operation that was not declared is not recorded.
func (r *Recorder) Record(ctx context.Context, declared int, d time.Duration, err error) {
	if declared < 0 || declared >= len(r.observer.rec.infos) {
		return
	}
	op := op{took: min(max(d, 1), longestCall)}
	ctx, _ = op.begin(ctx, &r.observer, operation(declared), 0)
	op.end(ctx, nil, 0, err)
}

// otherOperation is the operation that RecordNamed takes for one without a
// declaration.
const otherOperation = "other"

// RecordNamed is Record for an operation that the caller knows by its name. One
// that was not declared counts as "other" where that was, so that a name from
// outside makes no series, and else is not recorded.
func (r *Recorder) RecordNamed(ctx context.Context, operation string, d time.Duration, err error) {
	declared := r.index(operation)
	if declared < 0 {
		declared = r.index(otherOperation)
	}
	r.Record(ctx, declared, d, err)
}

func (r *Recorder) index(operation string) int {
	return slices.IndexFunc(r.observer.rec.infos, func(i operationInfo) bool { return i.name == operation })
}

// Key tells which key the call is for. Lines show its length and hash; nothing
// else sees it. The key must not change until End.
func (c *Call) Key(key []byte) { c.key = key }

// Sent counts bytes of keys and values that the call sends.
func (c *Call) Sent(n int) { c.op.send(c.ctx, n) }

// Delivered counts bytes of keys and values that the call delivers.
func (c *Call) Delivered(n int) { c.delivered += max(n, 0) }

// Miss says that a call without an error found nothing. One that returns
// kvdb.ErrNotFound is a miss without it.
func (c *Call) Miss() { c.miss = true }

// Totals returns the current totals of the calls.
func (r *Recorder) Totals() Totals { return r.observer.rec.sum() }

// Close frees the recorder's name in the registry; each reader gets the final
// values once more, as those of a [Store]. It returns nil.
func (r *Recorder) Close() error {
	// What a provider has against taking a callback back concerns nobody here.
	_ = r.observer.close()
	return nil
}
