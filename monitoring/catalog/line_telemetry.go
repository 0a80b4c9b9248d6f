package catalog

// Messages of the telemetry about itself.
const (
	LogLinesDropped      Message = "log lines dropped"
	LogLevelChanged      Message = "log level changed"
	LogLevelFellBack     Message = "log level fell back"
	ExportFailed         Message = "export failed"
	ExportWorksAgain     Message = "export works again"
	RecordsMended        Message = "records mended"
	ResourceMended       Message = "resource mended"
	EnvironmentIgnored   Message = "environment ignored"
	GathererFailed       Message = "metrics gatherer failed"
	GathererWorksAgain   Message = "metrics gatherer works again"
	MetricsLeftOut       Message = "metrics left out of the page"
	CallbackFailed       Message = "callback failed"
	TelemetryFailed      Message = "telemetry failed"
	TelemetryReported    Message = "telemetry reported"
	TelemetryNotShutDown Message = "telemetry not shut down cleanly"
)

var (
	telemetryLines = append(linesOfLogs, linesOfExports...)

	linesOfLogs = []Line{
		{
			Message: LogLinesDropped, Levels: atWarn,
			Fields:  []Field{FieldDropped},
			When:    "Lines are missing before this one, since the log took none",
			Note:    "Its output had stalled or failed, or a logger of the program's own did not return. kvdb.log.dropped, health.log.dropped and pprofx.log.dropped count them",
			Sources: []string{fromOtelsetup, fromHealth, fromPprofx},
		},
		{
			Message: LogLevelChanged, Levels: atWarn,
			Fields: []Field{FieldFrom, FieldTo}, Optional: []Field{FieldUntil, FieldThen},
			When:    "Somebody has changed the level of the log over HTTP",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: LogLevelFellBack, Levels: atWarn,
			Fields:  []Field{FieldFrom, FieldTo},
			When:    "The time of a temporary level is over",
			Sources: []string{fromOtelsetup},
		},
	}

	linesOfExports = []Line{
		{
			Message: ExportFailed, Levels: atError,
			Fields: []Field{FieldSignal, FieldExporter, FieldRecords, FieldError}, Optional: []Field{FieldSuppressed},
			When:    "An export has failed, for the first time or still after a minute",
			Note:    "It is in the JSON lines only and is not exported, so that a failure does not feed on itself",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: ExportWorksAgain, Levels: atInfo,
			Fields:  []Field{FieldSignal, FieldExporter, FieldFailures, FieldDurationMS},
			When:    "An export has succeeded after some that failed",
			Note:    "The duration is that of the failure",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: RecordsMended, Levels: atWarn,
			Fields: []Field{FieldSignal, FieldExporter, FieldRecords, FieldReason}, Optional: []Field{FieldSuppressed},
			When:    "Records were exported with U+FFFD in place of text that is not UTF-8",
			Note:    "kvdb.export.mended counts them",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: ResourceMended, Levels: atWarn,
			Fields:  []Field{FieldReason},
			When:    "An attribute of the resource has U+FFFD in place of text that is not UTF-8",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: EnvironmentIgnored, Levels: atError,
			Fields:  []Field{FieldError},
			When:    "Environment variables are wrong, and the program has asked to go on without them",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: GathererFailed, Levels: atWarn,
			Fields:  []Field{FieldGatherer, FieldErrorType, FieldError, FieldErrors, FieldFailures},
			When:    "A source of the page that Prometheus scrapes has failed, for the first time or still after an hour",
			Note:    "The page has the other metrics; kvdb.scrape.failures counts",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: GathererWorksAgain, Levels: atInfo,
			Fields:  []Field{FieldGatherer, FieldFailures},
			When:    "A source of the page has answered after it had failed",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: MetricsLeftOut, Levels: atWarn,
			Fields:  []Field{FieldGatherer, FieldErrorType, FieldMetrics, FieldDetail},
			When:    "Prometheus would refuse the page for series of these metrics",
			Note:    "Once for each metric; kvdb.scrape.dropped counts the series. The detail is that of the first metric",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: CallbackFailed, Levels: atError,
			Fields: []Field{FieldCallback, FieldError}, Optional: []Field{FieldSuppressed},
			When:    "A callback of an instrument, a span processor or a sampler of the program's failed, panicked or hangs",
			Note:    "kvdb.callback.failures counts",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: TelemetryFailed, Levels: atError,
			Fields: []Field{FieldError}, Optional: []Field{FieldSuppressed},
			When:    "OpenTelemetry has an error that it cannot return to anybody",
			Note:    "With the globals of OpenTelemetry set",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: TelemetryReported, Levels: []Level{LevelWarn, LevelError, LevelInfo, LevelDebug},
			Fields: []Field{FieldDetail}, Optional: []Field{FieldError, FieldSuppressed}, Open: true,
			When:    "OpenTelemetry reports something about itself",
			Note:    "With the globals of OpenTelemetry set; OTEL_LOG_LEVEL sets the lowest level",
			Sources: []string{fromOtelsetup},
		},
		{
			Message: TelemetryNotShutDown, Levels: atError,
			Fields:  []Field{FieldPart, FieldError},
			When:    "A part of the telemetry did not end well, or in time",
			Note:    "The error says how much was not delivered",
			Sources: []string{fromOtelsetup},
		},
	}
)
