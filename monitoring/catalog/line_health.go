package catalog

// Messages of checks and probes.
const (
	CheckChanged     Message = "check changed"
	CheckFailed      Message = "check failed"
	CheckSlow        Message = "check slow"
	CheckPanicked    Message = "check panicked"
	CheckReturned    Message = "check returned"
	HookPanicked     Message = "hook panicked"
	HookCallsDropped Message = "hook calls dropped"
	Draining         Message = "draining"
)

var healthLines = []Line{
	{
		Message: CheckChanged, Levels: []Level{LevelWarn, LevelInfo},
		Fields:   []Field{FieldCheck, FieldKind, FieldFrom, FieldTo, FieldSince},
		Optional: []Field{FieldReason, FieldError},
		When:     "The state of a check changed, or it does not pass the first time",
		Note:     "At info, and without a reason, when it passes again",
		Sources:  []string{fromHealth},
	},
	{
		Message: CheckFailed, Levels: atDebug,
		Fields: []Field{FieldCheck, FieldFailures}, Optional: []Field{FieldError},
		When:    "A run of a check failed",
		Note:    "The state changes after as many failures as the check tolerates",
		Sources: []string{fromHealth},
	},
	{
		Message: CheckSlow, Levels: atWarn,
		Fields:  []Field{FieldCheck, FieldDurationMS, FieldLimitMS},
		When:    "A run of a check was slow, and the one before was not",
		Sources: []string{fromHealth},
	},
	{
		Message: CheckPanicked, Levels: atError,
		Fields:  []Field{FieldCheck, FieldPanic, FieldStack},
		When:    "A run of a check panicked, and the one before did not",
		Sources: []string{fromHealth},
	},
	{
		Message: CheckReturned, Levels: atInfo,
		Fields: []Field{FieldCheck, FieldDurationMS}, Optional: []Field{FieldError},
		When:    "The function of a check returned, after its time-out",
		Note:    "Until then it was not called again",
		Sources: []string{fromHealth},
	},
	{
		Message: HookPanicked, Levels: atError,
		Fields:  []Field{FieldCheck, FieldPanic, FieldStack},
		When:    "A hook on changes of checks panicked",
		Sources: []string{fromHealth},
	},
	{
		Message: HookCallsDropped, Levels: atWarn,
		Fields:  []Field{FieldDropped},
		When:    "Hooks on changes of checks were too slow, and missed some",
		Sources: []string{fromHealth},
	},
	{
		Message: Draining, Levels: atInfo,
		Fields:  []Field{FieldPauseMS},
		When:    "The program has begun to drain: it is not ready any more, and goes on serving for a while",
		Sources: []string{fromHealth},
	},
}
