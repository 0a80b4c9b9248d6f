package page

import (
	"fmt"
	"math"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
)

// histogramProblem returns what is wrong with a histogram, classic or native.
func histogramProblem(h *dto.Histogram) string {
	if h.GetSampleCountFloat() > 0 {
		return "OpenMetrics has no histogram of floats"
	}
	for _, b := range h.GetBucket() {
		if b.GetCumulativeCountFloat() > 0 {
			return "OpenMetrics has no histogram of floats"
		}
		if problem := exemplarProblem(b.GetExemplar()); problem != "" {
			return problem
		}
	}
	for _, e := range h.GetExemplars() {
		if problem := exemplarProblem(e); problem != "" {
			return problem
		}
	}
	if h.Schema == nil {
		return ""
	}
	return nativeProblem(h)
}

// nativeProblem returns why Prometheus would not ingest a native histogram.
func nativeProblem(h *dto.Histogram) string {
	if h.GetSchema() < -4 || h.GetSchema() > 8 {
		return fmt.Sprintf("its schema is %d", h.GetSchema())
	}
	positive, problem := nativeCount(h.GetPositiveSpan(), h.GetPositiveDelta())
	if problem != "" {
		return problem
	}
	negative, problem := nativeCount(h.GetNegativeSpan(), h.GetNegativeDelta())
	if problem != "" {
		return problem
	}
	in, count := h.GetZeroCount()+positive+negative, h.GetSampleCount()
	if in > count || in < count && !math.IsNaN(h.GetSampleSum()) {
		return fmt.Sprintf("its buckets have %d of %d observations", in, count)
	}
	return ""
}

// nativeCount adds up one side of a native histogram.
func nativeCount(spans []*dto.BucketSpan, deltas []int64) (total uint64, problem string) {
	length := 0
	for i, span := range spans {
		if i > 0 && span.GetOffset() < 0 {
			return 0, "a span of its buckets goes back"
		}
		length += int(span.GetLength())
	}
	if length != len(deltas) {
		return 0, fmt.Sprintf("its spans want %d buckets, and there are %d", length, len(deltas))
	}
	var count int64
	for _, delta := range deltas {
		if count += delta; count < 0 {
			return 0, "a bucket has less than no observations"
		}
		total += uint64(count)
	}
	return total, ""
}

// exemplarProblem returns what is wrong with an exemplar; nil is none.
func exemplarProblem(e *dto.Exemplar) string {
	if e == nil {
		return ""
	}
	if e.Timestamp != nil && e.Timestamp.CheckValid() != nil {
		return "an exemplar has no valid time"
	}
	for i, label := range e.GetLabel() {
		name := label.GetName()
		if !validLabel(name) || !utf8.ValidString(label.GetValue()) {
			return fmt.Sprintf("the label %q of an exemplar is invalid", name)
		}
		for _, before := range e.GetLabel()[:i] {
			if escaped(before.GetName()) == escaped(name) {
				return fmt.Sprintf("the label %s of an exemplar is there twice", name)
			}
		}
	}
	return ""
}
