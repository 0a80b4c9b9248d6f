package main

import (
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// mirror returns a client_golang registry with metrics of its own that have the
// names, labels, buckets and values of families: what a page costs when
// client_golang alone makes it.
func mirror(families []*dto.MetricFamily) (*prometheus.Registry, error) {
	reg := prometheus.NewRegistry()
	for _, f := range families {
		if err := mirrorFamily(reg, f); err != nil {
			return nil, fmt.Errorf("mirroring %s: %w", f.GetName(), err)
		}
	}
	return reg, nil
}

func mirrorFamily(reg *prometheus.Registry, f *dto.MetricFamily) error {
	labels := labelNames(f)
	switch f.GetType() {
	case dto.MetricType_COUNTER:
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: f.GetName(), Help: f.GetHelp()}, labels)
		for _, m := range f.GetMetric() {
			vec.WithLabelValues(labelValues(labels, m)...).Add(m.GetCounter().GetValue())
		}
		return reg.Register(vec)
	case dto.MetricType_GAUGE:
		vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: f.GetName(), Help: f.GetHelp()}, labels)
		for _, m := range f.GetMetric() {
			vec.WithLabelValues(labelValues(labels, m)...).Set(m.GetGauge().GetValue())
		}
		return reg.Register(vec)
	case dto.MetricType_HISTOGRAM:
		vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: f.GetName(), Help: f.GetHelp(), Buckets: bounds(f.GetMetric()[0].GetHistogram()),
		}, labels)
		for _, m := range f.GetMetric() {
			fill(vec.WithLabelValues(labelValues(labels, m)...), m.GetHistogram())
		}
		return reg.Register(vec)
	case dto.MetricType_SUMMARY:
		vec := prometheus.NewSummaryVec(prometheus.SummaryOpts{
			Name: f.GetName(), Help: f.GetHelp(), Objectives: objectives(f.GetMetric()[0].GetSummary()),
		}, labels)
		for _, m := range f.GetMetric() {
			observer := vec.WithLabelValues(labelValues(labels, m)...)
			for range m.GetSummary().GetSampleCount() {
				observer.Observe(m.GetSummary().GetSampleSum() / float64(m.GetSummary().GetSampleCount()))
			}
		}
		return reg.Register(vec)
	default:
		return fmt.Errorf("a %s is not among the kinds of metrics expected", f.GetType())
	}
}

// fill makes the observations that h counted, each at the bound of its bucket.
func fill(observer prometheus.Observer, h *dto.Histogram) {
	var below uint64
	for _, b := range h.GetBucket() {
		for range b.GetCumulativeCount() - below {
			observer.Observe(b.GetUpperBound())
		}
		below = b.GetCumulativeCount()
	}
}

func bounds(h *dto.Histogram) []float64 {
	var bounds []float64
	for _, b := range h.GetBucket() {
		bounds = append(bounds, b.GetUpperBound())
	}
	return bounds
}

func objectives(s *dto.Summary) map[float64]float64 {
	objectives := make(map[float64]float64)
	for _, q := range s.GetQuantile() {
		objectives[q.GetQuantile()] = (1 - q.GetQuantile()) / 10
	}
	return objectives
}

// labelNames returns the labels that any metric of the family has.
func labelNames(f *dto.MetricFamily) []string {
	var names []string
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			if !slices.Contains(names, l.GetName()) {
				names = append(names, l.GetName())
			}
		}
	}
	return names
}

func labelValues(names []string, m *dto.Metric) []string {
	values := make([]string, len(names))
	for _, l := range m.GetLabel() {
		values[slices.Index(names, l.GetName())] = l.GetValue()
	}
	return values
}
