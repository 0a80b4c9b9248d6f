package otelsetup

// Losses are what a [Telemetry] did not deliver; of its exporters what a
// receiver refused or did not answer, what there was no room for while it was
// slow, and what came after Shutdown. With two exporters of a signal a record
// that neither delivers is lost twice. Of what the Telemetry was given, all else
// was delivered or, before Shutdown, may still be.
//
// Metrics are rarely worse off for it: the next export of a cumulative data point
// brings what the lost one had.
//
// LogLines are those of the JSON log that its output did not take: see
// [Telemetry.Logger].
type Losses struct {
	Spans, DataPoints, LogRecords uint64
	LogLines                      uint64
}

// Losses returns what was lost so far. From the end of Shutdown on that
// includes what was still under way.
func (t *Telemetry) Losses() Losses {
	if t == nil {
		return Losses{}
	}
	over := t.ended.Load()
	l := Losses{
		Spans:      t.traceAccounts.Lost(over),
		DataPoints: t.metricAccounts.Lost(over),
		LogRecords: t.logAccounts.Lost(over),
	}
	if t.lines != nil {
		l.LogLines = t.lines.Report().Lost()
	}
	return l
}
