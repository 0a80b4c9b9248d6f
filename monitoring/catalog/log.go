package catalog

// A Field is one of a log line's, beside those that the logger writes itself.
type Field string

// Fields that every line of the project's logger has, by OpenTelemetry's names
// where it has them.
const (
	FieldTimestamp  Field = "timestamp" // RFC 3339, UTC
	FieldLevel      Field = "level"
	FieldMessage    Field = "message"
	FieldTraceID    Field = "trace_id" // under a span, and the two below
	FieldSpanID     Field = "span_id"
	FieldTraceFlags Field = "trace_flags"
)

// Fields of an operation's line.
const (
	FieldSystem     Field = "system"
	FieldNamespace  Field = "namespace"
	FieldOperation  Field = "operation"
	FieldOutcome    Field = "outcome"
	FieldDurationMS Field = "duration_ms"
	FieldKeyLen     Field = "key_len"
	FieldKeyHash    Field = "key_hash"
	FieldKey        Field = "key" // by option only
	FieldBatchItems Field = "batch_items"
	FieldValueBytes Field = "value_bytes"
	FieldErrorType  Field = "error_type"
	FieldError      Field = "error"
	FieldEvidence   Field = "evidence"
	FieldSuppressed Field = "suppressed" // how many lines like this one were held back before it
)

// A Message is the text of a line, by which its lines are found.
type Message string

// Messages of operations.
const (
	OperationFailed    Message = "operation failed"    // at error; at warn where the caller is at fault
	OperationSlow      Message = "operation slow"      // at warn
	OperationSucceeded Message = "operation succeeded" // at debug, or info by option
	OperationEnded     Message = "operation ended"     // neither: it was canceled, lost to another or was aborted
)
