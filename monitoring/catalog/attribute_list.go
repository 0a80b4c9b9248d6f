package catalog

// An Attribute is one of metrics, spans or the resource.
type Attribute struct {
	Key    string
	Type   ValueType
	Help   string   // one sentence without a full stop
	Values []string // all that it can have, where these are few
}

// Attributes returns all attributes in the order of the reference, in memory of
// the caller's own.
func Attributes() []Attribute {
	return []Attribute{
		{Key: SystemName, Type: String, Help: "The system of the store, such as pebble"},
		{Key: Namespace, Type: String, Help: "The name of the store among those of its system"},
		{Key: OperationName, Type: String, Help: "The operation", Values: append(texts(Operations()), string(Other))},
		{Key: BatchSize, Type: Int, Help: "How many items a batch has"},
		{Key: ErrorType, Type: String, Help: "The kind of error, if there was one: for an operation, one of these or a type that the program declares; for the telemetry's own metrics, see each of them", Values: texts(ErrorKinds())},
		{Key: ServerAddress, Type: String, Help: "The host of an engine that is a server"},
		{Key: ServerPort, Type: Int, Help: "The port of an engine that is a server"},
		{Key: ClientAddress, Type: String, Help: "The IP address of a server's client"},
		{Key: NetworkTransport, Type: String, Help: "How a client is connected", Values: []string{"tcp"}},
		{Key: ResponseStatus, Type: String, Help: "What the reply to a command that failed begins with, such as ERR"},
		{Key: OutcomeAttribute, Type: String, Help: "How the operation ended", Values: texts(Outcomes())},
		{Key: Resource, Type: String, Help: "The resource", Values: []string{CPU, Memory, Disk}},
		{Key: Replica, Type: String, Help: "The name of a replica, as its adapter reports it"},
		{Key: EvidenceID, Type: String, Help: "What the hook on slow operations returned, such as the path of a profile"},
		{Key: DurationSeconds, Type: Double, Help: "How long the operation took, in seconds"},

		{Key: PoolName, Type: String, Help: "The name of the pool of connections: address:port/namespace"},
		{Key: PoolState, Type: String, Help: "The state of a connection", Values: []string{PoolIdle, PoolUsed}},

		{Key: CheckName, Type: String, Help: "The name of the check, as it was registered"},
		{Key: CheckKind, Type: String, Help: "The probes that the check is for, with a bar between them"},
		{Key: CheckState, Type: String, Help: "The state of the check", Values: []string{"pass", "warn", "fail", "unknown"}},
		{Key: Probe, Type: String, Help: "The probe", Values: []string{"liveness", "readiness", "startup"}},

		{Key: ProfileReason, Type: String, Help: "What evidence was captured for", Values: []string{"call", "slow", "readiness", "liveness", "memory", "goroutines"}},
		{Key: ProfileName, Type: String, Help: "The kind of profile"},
		{Key: ProfileOutcome, Type: String, Help: "How a capture or a request ended"},

		{Key: LogReason, Type: String, Help: "Why a line is not in the log", Values: []string{OutputStalled, OutputFailed, Sampling}},
		{Key: Gatherer, Type: String, Help: "A source of the page that Prometheus scrapes: telemetry itself, meter_provider and stores within it, joined for the registry of the program, extra_1 and so on for others"},
		{Key: ComponentType, Type: String, Help: "The kind of exporter or processor, such as otlp_http_span_exporter"},
		{Key: ComponentName, Type: String, Help: "The kind with a number"},
		{Key: ScopeName, Type: String, Help: "The instrumentation scope; on /metrics only where two scopes claim the same metric"},
		{Key: ScopeVersion, Type: String, Help: "The version of the scope, likewise"},
		{Key: MemoryType, Type: String, Help: "What the Go runtime uses memory for", Values: []string{"stack", "other"}},

		{Key: ServiceName, Type: String, Help: "The name of the program, in the resource"},
		{Key: ServiceVersion, Type: String, Help: "The version of the program, in the resource: by default the one that the go command stamped"},
		{Key: ServiceInstanceID, Type: String, Help: "A random name of this run of the program, in the resource"},
		{Key: HostName, Type: String, Help: "The name of the host, in the resource"},
		{Key: OSType, Type: String, Help: "The operating system, in the resource"},
		{Key: ContainerID, Type: String, Help: "The id of the container, in the resource, where there is one"},
		{Key: ProcessPID, Type: Int, Help: "The id of the process, in the resource"},
		{Key: ProcessExecutableName, Type: String, Help: "The name of the program's file, in the resource"},
		{Key: ProcessRuntimeName, Type: String, Help: "The name of the runtime, in the resource: go"},
		{Key: ProcessRuntimeVersion, Type: String, Help: "The version of Go, in the resource"},
		{Key: SDKLanguage, Type: String, Help: "The language of the SDK, in the resource: go"},
		{Key: SDKName, Type: String, Help: "The name of the SDK, in the resource: opentelemetry"},
		{Key: SDKVersion, Type: String, Help: "The version of the SDK, in the resource"},

		{Key: ExceptionMessage, Type: String, Help: "The text of an error, on log records over OTLP"},
		{Key: ExceptionType, Type: String, Help: "The Go type of an error, or what it says of itself, on log records over OTLP"},
	}
}

// FindAttribute returns the attribute of a key.
func FindAttribute(key string) (Attribute, bool) {
	for _, a := range Attributes() {
		if a.Key == key {
			return a, true
		}
	}
	return Attribute{}, false
}

func texts[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, v := range all {
		list[i] = string(v)
	}
	return list
}
