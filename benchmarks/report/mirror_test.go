package main

import (
	"bytes"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

func TestMirror(t *testing.T) {
	reg := prometheus.NewRegistry()
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "a_total", Help: "A."}, []string{"x", "y"})
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "b", Help: "B."})
	histogram := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "c", Help: "C.", Buckets: []float64{1, 2}}, []string{"x"})
	summary := prometheus.NewSummary(prometheus.SummaryOpts{Name: "d", Help: "D.", Objectives: map[float64]float64{0.5: 0.05}})
	reg.MustRegister(counter, gauge, histogram, summary)
	counter.WithLabelValues("1", "2").Add(3)
	counter.WithLabelValues("1", "4").Add(5)
	gauge.Set(-6)
	for _, v := range []float64{1, 1, 2} {
		histogram.WithLabelValues("7").Observe(v)
		summary.Observe(2)
	}
	histogram.WithLabelValues("8")

	copied, err := mirror(gather(t, reg))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, copied), text(t, reg); got != want {
		t.Errorf("the mirror shows\n%s\nwant\n%s", got, want)
	}
}

func TestMirrorRefusesOtherKinds(t *testing.T) {
	name, kind := "e", dto.MetricType_UNTYPED
	if _, err := mirror([]*dto.MetricFamily{{Name: &name, Type: &kind}}); err == nil {
		t.Error("no error for an untyped family")
	}
}

func gather(t *testing.T, g prometheus.Gatherer) []*dto.MetricFamily {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func text(t *testing.T, g prometheus.Gatherer) string {
	t.Helper()
	var b bytes.Buffer
	for _, f := range gather(t, g) {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestPagesAgree(t *testing.T) {
	page, err := newStoresPage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := page.close(); err != nil {
			t.Error(err)
		}
	}()
	reg, err := mirror(gather(t, page.telemetry.PrometheusGatherer()))
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := gather(t, page.telemetry.PrometheusGatherer()), gather(t, reg)
	if len(ours) != len(theirs) {
		t.Fatalf("%d families and %d", len(ours), len(theirs))
	}
	for i := range ours {
		if ours[i].GetName() != theirs[i].GetName() || ours[i].GetType() != theirs[i].GetType() ||
			len(ours[i].GetMetric()) != len(theirs[i].GetMetric()) {
			t.Errorf("%s, a %s of %d, is mirrored as %s, a %s of %d",
				ours[i].GetName(), ours[i].GetType(), len(ours[i].GetMetric()),
				theirs[i].GetName(), theirs[i].GetType(), len(theirs[i].GetMetric()))
		}
	}
	series, err := page.series(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if series < scrapeSeries || series > scrapeSeries*11/10 {
		t.Errorf("%d series; want about %d", series, scrapeSeries)
	}
}
