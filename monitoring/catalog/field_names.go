package catalog

// ErrorSuffix follows the name of a field in that of another one, which says why the
// value could not be written.
const ErrorSuffix = "Error"

// A Field is the key of one of a log line's fields. [Fields] says what each
// means.
type Field = string

// Fields that the program's logger writes by itself, by OpenTelemetry's names
// where it has them.
const (
	FieldTimestamp      Field = "timestamp"
	FieldLevel          Field = "level"
	FieldSeverityNumber Field = "severity_number"
	FieldTraceID        Field = "trace_id"
	FieldSpanID         Field = "span_id"
	FieldTraceFlags     Field = "trace_flags"
	FieldLogger         Field = "logger"
	FieldCaller         Field = "caller"
	FieldMessage        Field = "message"
	FieldStacktrace     Field = "stacktrace"
)

// Fields of an operation's line.
const (
	FieldSystem     Field = "system"
	FieldNamespace  Field = "namespace"
	FieldOperation  Field = "operation"
	FieldOutcome    Field = "outcome"
	FieldKeyLen     Field = "key_len"
	FieldKeyHash    Field = "key_hash"
	FieldKey        Field = "key"
	FieldBatchItems Field = "batch_items"
	FieldValueBytes Field = "value_bytes"
	FieldEvidence   Field = "evidence"
)

// Fields of the line of a notice.
const (
	FieldNotice  Field = "notice"
	FieldNumbers Field = "numbers"
)

// Fields that mean the same wherever they stand.
const (
	FieldDurationMS Field = "duration_ms"
	FieldError      Field = "error" // zap's own name for it
	FieldErrorType  Field = "error_type"
	FieldReason     Field = "reason"
	FieldDetail     Field = "detail"
	FieldFrom       Field = "from"
	FieldTo         Field = "to"
	FieldFailures   Field = "failures"
	FieldDropped    Field = "dropped"
	FieldSuppressed Field = "suppressed"
	FieldPanic      Field = "panic"
	FieldStack      Field = "stack"
	FieldClientIP   Field = "client_ip"
)

// Fields of the lines about checks.
const (
	FieldCheck   Field = "check"
	FieldKind    Field = "kind"
	FieldSince   Field = "since"
	FieldLimitMS Field = "limit_ms"
	FieldPauseMS Field = "pause_ms"
	FieldDrainMS Field = "drain_ms"
)

// Fields of the lines about profiles.
const (
	FieldProfile Field = "profile"
	FieldFiles   Field = "files"
)

// Fields of the lines about the telemetry itself.
const (
	FieldSignal   Field = "signal"
	FieldExporter Field = "exporter"
	FieldRecords  Field = "records"
	FieldPart     Field = "part"
	FieldCallback Field = "callback"
	FieldGatherer Field = "gatherer"
	FieldMetrics  Field = "metrics"
	FieldErrors   Field = "errors"
	FieldUntil    Field = "until"
	FieldThen     Field = "then"
)

// Fields of the lines about where things are.
const (
	FieldProfiles  Field = "profiles"
	FieldDirectory Field = "directory"
)

// Fields of the lines of the example programs.
const (
	FieldListen Field = "listen"
	FieldAdmin  Field = "admin"
	FieldEngine Field = "engine"
	FieldRate   Field = "rate"
	FieldFault  Field = "fault"
)
