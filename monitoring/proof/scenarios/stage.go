package scenarios

import (
	"context"
	"errors"
	"fmt"

	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/cmd/scenario"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// Begin is the first minute of every scenario.
var Begin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// long is how many minutes a scenario has at most whose rules are evaluated in each of them.
const long = 27 * 60

// A stage is the series of a scenario.
type stage struct {
	scenario.Scenario
	name    string
	minutes int
	step    time.Duration // between two evaluations
	series  []lane
}

// A lane is a series with its samples, one a minute.
type lane struct {
	labels labels.Labels
	values []parser.SequenceValue
}

func newStage(s scenario.Scenario, name string) (*stage, error) {
	st := &stage{Scenario: s, name: name, step: time.Minute}
	for _, c := range s.Checks() {
		st.minutes = max(st.minutes, c.At()+1)
	}
	for _, l := range s.Series() {
		of, values, err := prometheus.Parser().ParseSeriesDesc(l.Name() + " " + l.Values())
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, l.Name(), err)
		}
		st.series = append(st.series, lane{of, values})
		st.minutes = max(st.minutes, len(values))
	}
	if st.minutes > long {
		st.step = 5 * time.Minute // windows of days take long
	}
	return st, nil
}

// open loads the series into a new database in a directory.
func (s *stage) open(ctx context.Context, dir string) (*prometheus.DB, error) {
	db, err := prometheus.Open(dir, prometheus.Options{Late: time.Duration(s.minutes)*time.Minute + time.Hour})
	if err != nil {
		return nil, err
	}
	for _, l := range s.series {
		if err := l.append(ctx, db); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", s.name, err), db.Close())
		}
	}
	return db, nil
}

func (l lane) append(ctx context.Context, db *prometheus.DB) error {
	app := db.Appender(ctx)
	for i, v := range l.values {
		if v.Omitted {
			continue
		}
		at := Begin.Add(time.Duration(i) * time.Minute).UnixMilli()
		var err error
		if v.Histogram != nil {
			_, err = app.AppendHistogram(0, l.labels, at, nil, v.Histogram)
		} else {
			_, err = app.Append(0, l.labels, at, v.Value)
		}
		if err != nil {
			return errors.Join(err, app.Rollback())
		}
	}
	return app.Commit()
}
