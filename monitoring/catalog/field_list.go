package catalog

// A FieldInfo says what a field of log lines means.
type FieldInfo struct {
	Field Field
	Type  ValueType
	Help  string // one sentence without a full stop
}

// A ValueType is that of a field or an attribute, as the semantic conventions
// write it.
type ValueType string

// Types of values.
const (
	String  ValueType = "string"
	Strings ValueType = "string[]"
	Int     ValueType = "int"
	Double  ValueType = "double"
	Map     ValueType = "map"
)

// Fields returns all fields of log lines in the order of the reference, in memory
// of the caller's own.
func Fields() []FieldInfo {
	return []FieldInfo{
		{FieldTimestamp, String, "When it happened, in RFC 3339, UTC, with nine digits of the second"},
		{FieldLevel, String, "One of debug, info, warn and error; a program's own lines can be dpanic, panic or fatal, too"},
		{FieldSeverityNumber, Int, "OpenTelemetry's number of a level of slog's that is none of the four; left out otherwise"},
		{FieldTraceID, String, "The trace of the span that the line belongs to, in hexadecimal digits; left out without one"},
		{FieldSpanID, String, "The span that the line belongs to, in hexadecimal digits; left out without one"},
		{FieldTraceFlags, String, "Flags of the trace: 01 when it is sampled, 00 when not; left out without a span"},
		{FieldLogger, String, "The name of the logger, where the program has given it one"},
		{FieldCaller, String, "File and line that the line was written at, where the program has asked for it"},
		{FieldMessage, String, "The text by which lines of a kind are found"},
		{FieldStacktrace, String, "The stack that the line was written on, where the program has asked for it"},

		{FieldSystem, String, "The store's system, as in db.system.name"},
		{FieldNamespace, String, "The store's namespace, as in db.namespace"},
		{FieldOperation, String, "The operation, as in db.operation.name"},
		{FieldOutcome, String, "How the operation ended: ok, miss, conflict, aborted, canceled or error"},
		{FieldKeyLen, Int, "The length of the key in bytes; left out for an operation without a key of its own"},
		{FieldKeyHash, String, "A keyed hash of the key: equal keys of a process have equal hashes, and nobody can find a key by trying"},
		{FieldKey, String, "The key itself, quoted where it is not printable and cut, only if the program asks for it"},
		{FieldBatchItems, Int, "How many items a batch has; left out otherwise"},
		{FieldValueBytes, Int, "Bytes that the operation moved, without its key"},
		{FieldEvidence, String, "What the hook on slow operations returned, such as the path of a profile"},

		{FieldNotice, String, "What the notice is about, a word of the engine's such as opened_with_less"},
		{FieldNumbers, Map, "The numbers of the notice, by name"},

		{FieldDurationMS, Double, "How long it took, in milliseconds"},
		{FieldError, String, "The text of the error"},
		{FieldErrorType, String, "The kind of the error, as in error.type"},
		{FieldReason, String, "Why, in a few words that do not change from line to line"},
		{FieldDetail, String, "What exactly, in words that may be somebody else's"},
		{FieldFrom, String, "The value before the change"},
		{FieldTo, String, "The value after the change"},
		{FieldFailures, Int, "How often it has failed in a row"},
		{FieldDropped, Int, "How many are missing before this line"},
		{FieldSuppressed, Int, "How many lines like this one were held back before it; left out if none was"},
		{FieldPanic, String, "What it panicked with"},
		{FieldStack, String, "The stack of the panic, or where operations hang"},
		{FieldClientIP, String, "The address of a client, without the port"},

		{FieldCheck, String, "The name of the check, as it was registered"},
		{FieldKind, String, "The probes that the check is for, with a bar between them"},
		{FieldSince, String, "When the former state began"},
		{FieldLimitMS, Double, "The duration from which it counts as slow, in milliseconds"},
		{FieldPauseMS, Double, "For how long the program goes on serving, in milliseconds"},
		{FieldDrainMS, Double, "For how long the program went on serving after it was asked to end, in milliseconds; left out if it did not"},

		{FieldProfile, String, "The kind of profile, such as heap"},
		{FieldFiles, Strings, "Paths of the files that were written"},

		{FieldSignal, String, "traces, metrics or logs"},
		{FieldExporter, String, "The exporter, as in otel.component.name"},
		{FieldRecords, Int, "How many spans, data points or log records it is about"},
		{FieldPart, String, "The part of the telemetry"},
		{FieldCallback, String, "The scope of the instrument, or the type of the span processor or the sampler"},
		{FieldGatherer, String, "A source of the page that Prometheus scrapes, as in kvdb.gatherer"},
		{FieldMetrics, String, "Names of metrics, twenty at most"},
		{FieldErrors, Int, "How many errors there are; the text shows the first ones"},
		{FieldUntil, String, "When the temporary level ends"},
		{FieldThen, String, "The level that comes then"},

		{FieldProfiles, String, "The address that profiles are served on"},
		{FieldDirectory, String, "The directory that evidence is kept in"},

		{FieldListen, String, "The address that the program serves on"},
		{FieldAdmin, String, "The address of its probes, metrics and log level"},
		{FieldEngine, String, "The engine of its store"},
		{FieldRate, Double, "Operations a second that it makes"},
		{FieldFault, String, "The fault that it is made to show, or none"},
	}
}
