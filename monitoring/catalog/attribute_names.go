package catalog

// Attributes of the semantic conventions. [Attributes] says what each means.
const (
	SystemName       = "db.system.name"
	Namespace        = "db.namespace"
	OperationName    = "db.operation.name"
	BatchSize        = "db.operation.batch.size"
	ErrorType        = "error.type"
	ServerAddress    = "server.address"
	ServerPort       = "server.port"
	ClientAddress    = "client.address"
	NetworkTransport = "network.transport"
	ResponseStatus   = "db.response.status_code"
	PoolName         = "db.client.connection.pool.name"
	PoolState        = "db.client.connection.state" // idle or used
	ComponentType    = "otel.component.type"
	ComponentName    = "otel.component.name"
	ScopeName        = "otel.scope.name"
	ScopeVersion     = "otel.scope.version"
	MemoryType       = "go.memory.type" // stack or other
)

// Attributes of the resource, which stand on no series but that of [TargetInfo].
const (
	ServiceName           = "service.name"
	ServiceVersion        = "service.version"
	ServiceInstanceID     = "service.instance.id"
	HostName              = "host.name"
	OSType                = "os.type"
	ContainerID           = "container.id"
	ProcessPID            = "process.pid"
	ProcessExecutableName = "process.executable.name"
	ProcessRuntimeName    = "process.runtime.name"
	ProcessRuntimeVersion = "process.runtime.version"
	SDKLanguage           = "telemetry.sdk.language"
	SDKName               = "telemetry.sdk.name"
	SDKVersion            = "telemetry.sdk.version"
)

// Attributes of log records with an error, which only OTLP carries: lines have the
// fields [FieldError] and, of operations, [FieldErrorType].
const (
	ExceptionMessage = "exception.message"
	ExceptionType    = "exception.type"
)

// Attributes of this project.
const (
	OutcomeAttribute = "kvdb.outcome"      // one of the outcomes
	Resource         = "kvdb.resource"     // cpu, memory or disk
	Replica          = "kvdb.replica"      // the name of a replica, as its adapter tells it
	LogReason        = "kvdb.log.reason"   // why a line is not in the log
	Gatherer         = "kvdb.gatherer"     // a source of the page that Prometheus scrapes
	CheckName        = "health.check.name" // as it was registered
	CheckKind        = "health.check.kind" // the probes that it is for: readiness, startup|readiness
	Probe            = "health.probe"      // liveness, readiness or startup
	CheckState       = "health.state"      // pass, warn, fail or unknown
	EvidenceID       = "kvdb.evidence.id"  // what the hook on slow operations has left behind
	DurationSeconds  = "kvdb.duration"     // of an operation, on an event
	ProfileReason    = "pprofx.reason"     // what evidence was captured for
	ProfileName      = "pprofx.profile"    // the kind of profile
	ProfileOutcome   = "pprofx.outcome"    // how a capture or request ended
)

// Values of [Resource].
const (
	CPU    = "cpu"
	Memory = "memory"
	Disk   = "disk"
)

// Values of [PoolState].
const (
	PoolIdle = "idle"
	PoolUsed = "used"
)

// Values of [LogReason].
const (
	OutputStalled = "output_stalled"
	OutputFailed  = "output_failed"
	Sampling      = "sampling"
)

// ofStore are the attributes of everything that a store reports; the address is
// there for an engine of another machine.
var ofStore = []string{SystemName, Namespace, ServerAddress, ServerPort}

func perOperation(further ...string) []string {
	return append(append([]string{OperationName}, further...), ofStore...)
}

func perStore(further ...string) []string { return append(further, ofStore...) }
