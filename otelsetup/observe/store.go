package observe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// A Store is an instrumented store whose checks end when it is closed.
type Store struct {
	*instrument.Store

	forget func()
}

// Close ends the checks of the store and then closes it, as
// instrument.Store.Close does. A nil or zero Store is closed.
func (s *Store) Close() error {
	if s != nil && s.forget != nil {
		s.forget()
	}
	return s.instrumented().Close()
}

// Unwrap returns the store below, as instrument.Store.Unwrap does.
func (s *Store) Unwrap() kvdb.Store { return s.instrumented().Unwrap() }

// As finds capabilities, as instrument.Store.As does.
func (s *Store) As(target any) bool { return s.instrumented().As(target) }

// Totals returns the current totals, as instrument.Store.Totals does.
func (s *Store) Totals() instrument.Totals { return s.instrumented().Totals() }

// Oldest returns the oldest operations in flight, as instrument.Store.Oldest does.
func (s *Store) Oldest() []instrument.OldOperation { return s.instrumented().Oldest() }

// OldestOwn is the age of the oldest operation in flight that contains no code of the
// caller's, as instrument.Store.OldestOwn has it.
func (s *Store) OldestOwn() time.Duration { return s.instrumented().OldestOwn() }

// instrumented is nil, which is harmless, of a nil Store, as beside an error of
// Wrap.
func (s *Store) instrumented() *instrument.Store {
	if s == nil {
		return nil
	}
	return s.Store
}

// Wrap is [Start] and [Observer.Wrap] for a program with one store. When it
// returns an error, nothing runs and the store is as it was.
func Wrap(ctx context.Context, store kvdb.Store, options ...Option) (*Store, *Observer, error) {
	o, err := Start(ctx, options...)
	if err != nil {
		return nil, nil, err
	}
	wrapped, err := o.Wrap(store)
	if err != nil {
		return nil, nil, errors.Join(err, o.Shutdown(ctx))
	}
	return wrapped, o, nil
}

// Wrap instruments a store: it reports to the telemetry, gets checks
// ([WithStoreChecks]), and its slow operations leave evidence. Options come after
// those of [WithStoreOptions]. When it returns an error, the store is as it was.
//
// The Store that it returns owns the one below: its Close closes it. The program
// closes it between [Observer.Drain] and [Observer.Shutdown].
func (o *Observer) Wrap(store kvdb.Store, options ...instrument.Option) (*Store, error) {
	if !o.runs() {
		return nil, errNotStarted
	}
	if o.closing.Load() {
		return nil, ErrClosed
	}
	if typednil.Is(store) {
		return nil, errors.New("observe: the store is nil: open it, and check the error, before Wrap")
	}
	// The checks come first, since they can be taken back.
	var wrapped atomic.Pointer[instrument.Store]
	names, err := o.registerStore(StoreInfo{Store: store, Totals: func() (succeeded, failed uint64) {
		w := wrapped.Load()
		if w == nil {
			return 0, 0
		}
		t := w.Totals()
		return t.Succeeded, t.Failed
	}, Oldest: func() time.Duration { return wrapped.Load().OldestOwn() }})
	if err != nil {
		return nil, fmt.Errorf("observe: %w", err)
	}
	w, err := instrument.Wrap(store, o.storeOptions(options)...)
	if err != nil {
		o.health.Unregister(names...)
		return nil, fmt.Errorf("observe: %w", err)
	}
	wrapped.Store(w)
	return &Store{Store: w, forget: sync.OnceFunc(func() { o.health.Unregister(names...) })}, nil
}

// NewRecorder returns a recorder for calls that are no store's, which reports as
// a wrapped store does. See instrument.NewRecorder.
func (o *Observer) NewRecorder(info kvdb.Info, operations []string, options ...instrument.Option) (*instrument.Recorder, error) {
	if !o.runs() {
		return nil, errNotStarted
	}
	if o.closing.Load() {
		return nil, ErrClosed
	}
	r, err := instrument.NewRecorder(info, operations, o.storeOptions(options)...)
	if err != nil {
		return nil, fmt.Errorf("observe: %w", err)
	}
	return r, nil
}

func (o *Observer) storeOptions(options []instrument.Option) []instrument.Option {
	all := []instrument.Option{instrument.WithOnSlow(OnSlow(o.profiler))}
	if mp := o.cfg.storeMeterProvider; mp != nil {
		all = append(all, instrument.WithMeterProvider(mp), instrument.WithTracerProvider(o.telemetry.TracerProvider()), instrument.WithLogger(o.telemetry.Logger()))
	} else {
		all = append(all, instrument.WithTelemetry(o.telemetry))
	}
	return append(append(all, o.cfg.storeOptions...), options...)
}

// registerStore adds the checks of a store. Where another store has taken the plain
// names, theirs begin with its namespace, and with what tells it from others of that
// where need be.
func (o *Observer) registerStore(s StoreInfo) (names []string, err error) {
	if o.cfg.storeChecks == nil {
		return nil, nil
	}
	plain := o.cfg.storeChecks(s)
	checks := plain
	err = o.health.Register(checks...)
	for _, prefix := range prefixes(s.Store) {
		if !errors.Is(err, health.ErrDuplicate) {
			break
		}
		checks = slices.Clone(plain) // which may be the program's, for all its stores
		for i := range checks {
			checks[i].Name = prefix + " " + checks[i].Name
			if checks[i].Reason != "" { // else it is made of the name
				checks[i].Reason = prefix + " " + checks[i].Reason
			}
		}
		err = o.health.Register(checks...)
	}
	for _, c := range checks {
		names = append(names, c.Name)
	}
	return names, err
}

var unnamable = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// prefixes returns what names of a store's checks may begin with, the shortest first:
// its namespace, as far as that can be a name, and the same with a hash of all of it.
func prefixes(store kvdb.Store) [2]string {
	var info kvdb.Info
	if d, ok := kvdb.As[kvdb.Describer](store); ok {
		info = d.Describe()
	}
	const longest = 40 // leaves room for the names of checks
	name := strings.TrimLeft(unnamable.ReplaceAllString(info.Namespace, "_"), "._-")
	name = cmp.Or(name[:min(len(name), longest)], "store")
	hash := fnv.New32a()
	_, _ = fmt.Fprintf(hash, "%s\x00%s", info.System, info.Namespace)
	const short = longest - len("-01234567")
	return [...]string{name, fmt.Sprintf("%s-%08x", name[:min(len(name), short)], hash.Sum32())}
}
