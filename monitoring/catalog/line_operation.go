package catalog

// Messages of operations, and of what a store has to tell apart from them.
const (
	OperationFailed      Message = "operation failed"
	OperationSlow        Message = "operation slow"
	OperationSucceeded   Message = "operation succeeded"
	OperationEnded       Message = "operation ended"
	OperationNotRecorded Message = "operation not recorded"
	OperationHangs       Message = "operation in flight for long"
	ClockFellBack        Message = "clock fell back"
	StoreNotice          Message = "store notice"

	OperationCountedAsOther Message = "operation counted as other"
)

var (
	ofOperation = []Field{
		FieldSystem, FieldNamespace, FieldOperation, FieldOutcome, FieldDurationMS, FieldValueBytes,
	}
	ofSomeOperations = traced(FieldKeyLen, FieldKeyHash, FieldKey, FieldBatchItems)
	ofSomeEnded      = append(ofSomeOperations[:len(ofSomeOperations):len(ofSomeOperations)], FieldErrorType, FieldError)
	ofSomeTroubles   = append(ofSomeEnded[:len(ofSomeEnded):len(ofSomeEnded)], FieldEvidence, FieldSuppressed)
)

var operationLines = []Line{
	{
		Message: OperationFailed, Levels: []Level{LevelError, LevelWarn},
		Fields: ofOperation, Optional: ofSomeTroubles, Open: true,
		When:    "An operation of a store ended in an error",
		Note:    "At warn when the caller is at fault. Lines that agree in message, operation and error type are bounded: ten a second, and as many of sampled traces",
		Sources: []string{fromInstrument},
	},
	{
		Message: OperationSlow, Levels: atWarn,
		Fields: ofOperation, Optional: ofSomeTroubles, Open: true,
		When:    "An operation took as long as its threshold or longer, and did not fail",
		Note:    "Bounded like those that failed",
		Sources: []string{fromInstrument},
	},
	{
		Message: OperationSucceeded, Levels: []Level{LevelDebug, LevelInfo},
		Fields: ofOperation, Optional: ofSomeOperations, Open: true,
		When:    "An operation ended well, or found nothing",
		Note:    "At info by option; one in so many by another",
		Sources: []string{fromInstrument},
	},
	{
		Message: OperationEnded, Levels: []Level{LevelDebug, LevelInfo},
		Fields: ofOperation, Optional: ofSomeEnded, Open: true,
		When:    "An operation was canceled, lost to another, or its transaction was aborted by the caller",
		Note:    "At info by option; one in so many by another",
		Sources: []string{fromInstrument},
	},
	{
		Message: OperationNotRecorded, Levels: atWarn,
		Fields:  []Field{FieldSystem, FieldNamespace, FieldOperation, FieldReason},
		When:    "A recorder was asked for an operation that was not declared",
		Note:    "Once for each recorder",
		Sources: []string{fromInstrument},
	},
	{
		Message: OperationCountedAsOther, Levels: atWarn,
		Fields:  []Field{FieldSystem, FieldNamespace, FieldOperation, FieldReason},
		When:    "A recorder has no room for the series of an operation that was used for the first time",
		Note:    "Once for each operation. The metrics count it as other from then on; its spans and lines have its name",
		Sources: []string{fromInstrument},
	},
	{
		Message: OperationHangs, Levels: []Level{LevelError, LevelWarn},
		Fields: []Field{FieldSystem, FieldNamespace, FieldOperation, FieldDurationMS}, Optional: traced(FieldStack, FieldReason),
		When:    "The oldest operation of its kind has been in flight for half a minute; a scan, a view or an update for a minute, which contain the caller's code, at warn",
		Note:    "Once until all that are so old have ended. The stack is where goroutines have been in such an operation for a tenth of a second, without values; the reason says why there is none. The trace is that of the oldest one that has a span",
		Sources: []string{fromInstrument},
	},
	{
		Message: ClockFellBack, Levels: atWarn,
		Fields:  []Field{FieldSystem, FieldNamespace, FieldReason},
		When:    "Durations are measured by the monotonic clock from now on, because the processor's counter cannot be trusted or because OTELKV_CLOCK has an unknown value",
		Note:    "Once in a process, by one of its stores. Operations take some tens of nanoseconds more; kvdb.clock.fallbacks counts a counter that was in use before",
		Sources: []string{fromInstrument},
	},
	{
		Message: StoreNotice, Levels: []Level{LevelWarn, LevelInfo, LevelError},
		Fields: []Field{FieldSystem, FieldNamespace, FieldNotice, FieldDetail}, Optional: []Field{FieldNumbers, FieldSuppressed},
		When:    "A store reports something that no operation returns and no statistic shows",
		Note:    "The level is the store's; the detail says what to do. Ten a second at most",
		Sources: []string{fromInstrument},
	},
}
