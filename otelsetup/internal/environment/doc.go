// Package environment reads the variables that package otelsetup obeys. Each is
// named, checked and interpreted here, once. The two for the address that Prometheus
// scrapes are read where it is listened on, in address.go of package observe.
//
// All names are in variables.go, and check.go has the order in which they are
// checked. What they mean is in
//
//   - receiver.go and tls.go: where OTLP goes to, and how (OTEL_EXPORTER_OTLP_…)
//   - routes.go: which exporters a signal has (OTEL_TRACES_EXPORTER …)
//   - batches.go: how many records may wait (OTEL_BSP_…, OTEL_BLRP_…)
//   - attributes.go: the name and the attributes of the program
//   - propagators.go: how a trace goes from process to process (OTEL_PROPAGATORS)
//   - switches.go: all else
//
// The SDK and its exporters read headers, compression, temporality, the sampler
// and most of what is about batches by themselves. Those are checked here only.
package environment
