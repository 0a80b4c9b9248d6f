package fault

import "github.com/otelkv/otelkv/otelsetup"

// nowhere is a receiver that is not there: the port is reserved for a service that nobody has
// any more.
const nowhere = "http://127.0.0.1:9"

// Options returns what the telemetry of a program has to be that is started with the fault.
// What it sends over OTLP, which it then does, is lost.
func (f Fault) Options() []otelsetup.Option {
	if f.Kind != Telemetry {
		return nil
	}
	return []otelsetup.Option{otelsetup.WithOTLPEndpoint(nowhere)}
}
