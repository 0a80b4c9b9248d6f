package kvpebble

import (
	"time"

	"github.com/cockroachdb/pebble/v2"
	dto "github.com/prometheus/client_model/go"
)

// fsyncs returns how often Pebble made its log durable, and the time that this
// took. Pebble keeps both in a histogram of client_golang, in nanoseconds.
func fsyncs(m *pebble.Metrics) (n uint64, took time.Duration, err error) {
	latency := m.LogWriter.FsyncLatency
	if latency == nil { // read-only
		return 0, 0, nil
	}
	var read dto.Metric
	if err := latency.Write(&read); err != nil {
		return 0, 0, err
	}
	h := read.GetHistogram()
	return h.GetSampleCount(), time.Duration(h.GetSampleSum()), nil
}
