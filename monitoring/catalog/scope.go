package catalog

const module = "github.com/otelkv/otelkv/"

// Instrumentation scopes, one for each package that emits. /metrics does not show
// them unless two claim the same name.
const (
	ScopeInstrument = module + fromInstrument // metrics and spans
	ScopeOtelsetup  = module + fromOtelsetup  // metrics, and lines of a logger without a name
	ScopeHealth     = module + fromHealth     // metrics
	ScopePprofx     = module + fromPprofx     // metrics
	ScopeQuickstart = module + fromQuickstart // spans
	ScopeKVServer   = module + fromKVServer   // spans

	ScopeMonitoringSystem = module + fromMonitoringSystem // metrics
)
