// Package prometheus is Prometheus as a library: a database in a directory, the engine of
// queries over it, and groups of rules that are evaluated at times of the caller's
// choice.
package prometheus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// Lookback is how long a series that nobody scrapes any more is seen, if the scrape loop
// has not marked its end.
const Lookback = 5 * time.Minute

// A DB is a database of series with an engine of queries. It appends through
// Appender or AppenderV2, of which Prometheus' scrape loop uses the latter.
type DB struct {
	*tsdb.DB
	engine *promql.Engine
}

// Options are those of [Open]; the zero value is a server's.
type Options struct {
	Lookback time.Duration // by default [Lookback]
	Late     time.Duration // how much older than others a sample may be; by default an hour
	Logger   *slog.Logger  // by default nothing is logged
}

// Open opens the database in a directory. All that is appended stays until it is closed,
// since nothing compacts it.
func Open(dir string, o Options) (*DB, error) {
	if o.Lookback == 0 {
		o.Lookback = Lookback
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	opts := tsdb.DefaultOptions()
	if o.Late > 0 {
		opts.MinBlockDuration = 2 * o.Late.Milliseconds() // half of it may be written
		opts.MaxBlockDuration = opts.MinBlockDuration
	}
	opts.StripeSize = 1 << 8 // for some hundred series: a server's takes more memory than they do
	opts.WALSegmentSize = -1 // no log: the database does not outlive the test
	db, err := tsdb.Open(dir, o.Logger, nil, opts, nil)
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	db.DisableCompactions()
	return &DB{DB: db, engine: promql.NewEngine(promql.EngineOpts{
		Logger:               o.Logger,
		MaxSamples:           50_000_000,
		Timeout:              time.Minute,
		LookbackDelta:        o.Lookback,
		EnableAtModifier:     true,
		EnableNegativeOffset: true,
		Parser:               Parser(),
	})}, nil
}

// Parser returns the parser of a server without feature flags.
func Parser() parser.Parser { return parser.NewParser(parser.Options{}) }

// Close closes the engine and the database.
func (db *DB) Close() error { return errors.Join(db.engine.Close(), db.DB.Close()) }

// Query evaluates an expression at a time. A scalar comes back as a vector of one.
func (db *DB) Query(ctx context.Context, expr string, at time.Time) (promql.Vector, error) {
	q, err := db.engine.NewInstantQuery(ctx, db, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	r := q.Exec(ctx)
	if r.Err != nil {
		return nil, fmt.Errorf("%s: %w", expr, r.Err)
	}
	switch v := r.Value.(type) {
	case promql.Vector:
		return append(promql.Vector(nil), v...), nil
	case promql.Scalar:
		return promql.Vector{{T: v.T, F: v.V}}, nil
	default:
		return nil, fmt.Errorf("%s: a %s, want a vector", expr, r.Value.Type())
	}
}

// QueryRange evaluates an expression at each step, as a panel of a dashboard does.
func (db *DB) QueryRange(ctx context.Context, expr string, from, to time.Time, step time.Duration) (promql.Matrix, error) {
	q, err := db.engine.NewRangeQuery(ctx, db, nil, expr, from, to, step)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	r := q.Exec(ctx)
	if r.Err != nil {
		return nil, fmt.Errorf("%s: %w", expr, r.Err)
	}
	m, ok := r.Value.(promql.Matrix)
	if !ok {
		return nil, fmt.Errorf("%s: a %s, want a matrix", expr, r.Value.Type())
	}
	all := make(promql.Matrix, len(m))
	for i, s := range m {
		all[i] = promql.Series{Metric: s.Metric, Floats: append([]promql.FPoint(nil), s.Floats...)}
		for _, h := range s.Histograms {
			all[i].Histograms = append(all[i].Histograms, promql.HPoint{T: h.T, H: h.H.Copy()})
		}
	}
	return all, nil
}

// Times are those of the samples of a selector between two times, the first excluded.
func (db *DB) Times(ctx context.Context, selector string, after, to time.Time) (all []time.Time, err error) {
	matchers, err := Parser().ParseMetricSelector(selector)
	if err != nil {
		return nil, err
	}
	q, err := db.Querier(after.UnixMilli()+1, to.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	series := q.Select(ctx, false, nil, matchers...)
	for series.Next() {
		it := series.At().Iterator(nil)
		for it.Next() != chunkenc.ValNone {
			all = append(all, time.UnixMilli(it.AtT()))
		}
		if err := it.Err(); err != nil {
			return nil, err
		}
	}
	return all, series.Err()
}
