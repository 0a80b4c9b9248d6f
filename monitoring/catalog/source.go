package catalog

// Packages of this repository that emit, as Source and Sources have them.
const (
	fromInstrument = "instrument"
	fromHealth     = "health"
	fromPprofx     = "pprofx"
	fromOtelsetup  = "otelsetup"
	fromObserve    = "otelsetup/observe"

	fromExamples         = "examples"
	fromQuickstart       = "examples/quickstart"
	fromKVServer         = "examples/kvserver"
	fromMonitoringSystem = "examples/monitoringsystem"
)
