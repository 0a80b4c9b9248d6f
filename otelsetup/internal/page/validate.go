package page

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
)

// validate leaves out what would make Prometheus refuse the page, or the encoder
// stop in the middle of a line, and mends what can be mended.
func validate(families []*family, losses *Losses) []*dto.MetricFamily {
	valid := make([]*dto.MetricFamily, 0, len(families))
	for _, f := range families {
		if f.trusted {
			valid = append(valid, f.MetricFamily)
			continue
		}
		if problem := familyProblem(f.MetricFamily); problem != "" {
			losses.drop(f.source, f.GetName(), invalid, problem, len(f.GetMetric()))
			continue
		}
		f.mend()
		f.purge(losses)
		if len(f.GetMetric()) > 0 { // which the encoder calls an error
			valid = append(valid, f.MetricFamily)
		}
	}
	return valid
}

// familyProblem returns what is wrong with a whole family.
func familyProblem(f *dto.MetricFamily) string {
	if !model.UTF8Validation.IsValidMetricName(f.GetName()) {
		return "its name is empty or no valid UTF-8"
	}
	switch f.GetType() {
	case dto.MetricType_COUNTER, dto.MetricType_GAUGE, dto.MetricType_SUMMARY, dto.MetricType_UNTYPED,
		dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		return ""
	}
	return fmt.Sprintf("it is a %v", f.GetType())
}

// mend corrects what is only told about a family.
func (f *family) mend() {
	text := utf8.ValidString(f.GetHelp())
	unit := f.Unit == nil || unitFits(f.GetUnit(), f.MetricFamily)
	if text && unit {
		return
	}
	mended := withMetrics(f.MetricFamily, f.Metric)
	if !text {
		mended.Help = new(strings.ToValidUTF8(f.GetHelp(), "\uFFFD"))
	}
	if !unit {
		mended.Unit = nil
	}
	f.MetricFamily = mended
}

// unitFits reports whether OpenMetrics allows a unit: the name has to end in it.
func unitFits(unit string, f *dto.MetricFamily) bool {
	name := f.GetName()
	if f.GetType() == dto.MetricType_COUNTER {
		name = strings.TrimSuffix(name, "_total")
	}
	return model.LegacyValidation.IsValidMetricName(unit) && strings.HasSuffix(name, "_"+unit)
}

// purge leaves out the series that are invalid.
func (f *family) purge(losses *Losses) {
	bad := func(m *dto.Metric) bool { return metricProblem(f.GetType(), m) != "" }
	if !slices.ContainsFunc(f.Metric, bad) {
		return
	}
	f.MetricFamily = withMetrics(f.MetricFamily, slices.DeleteFunc(slices.Clone(f.Metric), func(m *dto.Metric) bool {
		problem := metricProblem(f.GetType(), m)
		if problem != "" {
			losses.drop(f.source, f.GetName(), invalid, problem, 1)
		}
		return problem != ""
	}))
}

// metricProblem returns what is wrong with a series.
func metricProblem(t dto.MetricType, m *dto.Metric) string {
	if m == nil {
		return "it is nil"
	}
	added := ""
	switch t {
	case dto.MetricType_COUNTER:
		if m.Counter == nil {
			return "it is no counter"
		}
		if problem := exemplarProblem(m.Counter.GetExemplar()); problem != "" {
			return problem
		}
	case dto.MetricType_GAUGE:
		if m.Gauge == nil {
			return "it is no gauge"
		}
	case dto.MetricType_UNTYPED:
		if m.Untyped == nil {
			return "it is not untyped"
		}
	case dto.MetricType_SUMMARY:
		if m.Summary == nil {
			return "it is no summary"
		}
		added = model.QuantileLabel
	default:
		if m.Histogram == nil {
			return "it is no histogram"
		}
		added = model.BucketLabel
		if problem := histogramProblem(m.Histogram); problem != "" {
			return problem
		}
	}
	return labelsProblem(m.GetLabel(), added)
}

// labelsProblem returns what is wrong with the labels of a series to which the
// format adds one more.
func labelsProblem(labels []*dto.LabelPair, added string) string {
	plain := true
	for i, label := range labels {
		name := label.GetName()
		legacy := model.LegacyValidation.IsValidLabelName(name)
		switch {
		case label == nil:
			return "a label is nil"
		case name == added && added != "":
			return fmt.Sprintf("the label %s is Prometheus' own there", name)
		case strings.HasPrefix(name, "__"):
			return fmt.Sprintf("the label %s is reserved", name)
		case !legacy && !validLabel(name):
			return fmt.Sprintf("the label name %q is invalid", name)
		case !utf8.ValidString(label.GetValue()):
			return fmt.Sprintf("the label %s is no valid UTF-8", name)
		}
		plain = plain && legacy
		for _, before := range labels[:i] {
			if before.GetName() == name || !plain && escaped(before.GetName()) == escaped(name) {
				return fmt.Sprintf("the label %s is there twice", name)
			}
		}
	}
	return ""
}

// validLabel reports whether every version of Prometheus can have the label,
// escaped where it has to be. The encoder takes a colon for part of a plain name,
// as it is in that of a metric.
func validLabel(name string) bool {
	return model.LegacyValidation.IsValidLabelName(name) ||
		model.UTF8Validation.IsValidLabelName(name) && !model.LegacyValidation.IsValidMetricName(name)
}

// escaped is the name of a label for a Prometheus that knows plain names only.
func escaped(name string) string {
	return model.EscapeName(name, model.UnderscoreEscaping)
}
