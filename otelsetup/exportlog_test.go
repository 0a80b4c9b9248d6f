package otelsetup

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestExportLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := recordingLogger()
		l := newExportLog(log, signalTraces, "otlp_http_span_exporter")
		down := errors.New("connection refused\nwith a second line")
		l.observe(10, nil)
		for range 5 { // one line
			l.observe(10, down)
		}
		time.Sleep(exportErrorEvery)
		l.observe(7, down) // another, for it is still so
		l.observe(10, nil) // recovered
		l.observe(10, nil)
		l.observe(10, down) // too soon for a line
		l.observe(10, nil)  // and so for one of the recovery

		got := lines()
		if len(got) != 3 {
			t.Fatalf("%d lines, want 3: %v", len(got), got)
		}
		for i, want := range []map[string]any{
			{"error": "connection refused …", "records": int64(10), "suppressed": nil},
			{"error": "connection refused …", "records": int64(7), "suppressed": int64(4)},
			{"failed_exports": int64(6), "failing_for": time.Minute},
		} {
			fields := got[i].ContextMap()
			for key, value := range want {
				if fields[key] != value {
					t.Errorf("line %d: %s is %v, want %v", i, key, fields[key], value)
				}
			}
			if fields["signal"] != "traces" || fields["exporter"] != "otlp_http_span_exporter" {
				t.Errorf("line %d: fields %v", i, fields)
			}
		}
		if got[0].Message != "export failed" || got[2].Message != "export works again" {
			t.Errorf("messages %q, %q", got[0].Message, got[2].Message)
		}
	})
}
