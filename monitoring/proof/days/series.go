package days

import (
	"math"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
)

// A series is one of a process, as Prometheus stores it.
type series struct {
	labels    labels.Labels
	ref       storage.SeriesRef
	value     func() float64              // NaN while it is not there
	histogram func() *histogram.Histogram // nil while it is not there; in place of value
	there     bool
}

var stale = math.Float64frombits(value.StaleNaN)

// sample appends what the series is now. One that is gone is marked, if scrapes mark.
func (s *series) sample(app storage.Appender, at int64, mark bool) (err error) {
	if s.histogram != nil {
		h := s.histogram()
		if h == nil {
			return s.end(app, at, mark)
		}
		s.there = true
		s.ref, err = app.AppendHistogram(s.ref, s.labels, at, h, nil)
		return err
	}
	v := s.value()
	if math.IsNaN(v) {
		return s.end(app, at, mark)
	}
	s.there = true
	s.ref, err = app.Append(s.ref, s.labels, at, v)
	return err
}

// end marks that the series is not there any more.
func (s *series) end(app storage.Appender, at int64, mark bool) (err error) {
	if s.there && mark {
		s.ref, err = app.Append(s.ref, s.labels, at, stale)
	}
	s.there = false
	return err
}
