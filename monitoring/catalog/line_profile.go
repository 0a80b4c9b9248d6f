package catalog

// Messages of profiles and evidence.
const (
	EvidenceCaptured    Message = "evidence captured"
	EvidenceNotCaptured Message = "evidence not captured"
	EvidenceNotDeleted  Message = "evidence not deleted"
	ProfilesRefused     Message = "profiles refused"
	ProfilesNotServed   Message = "profiles no longer served"
	FlightRecorderOff   Message = "flight recorder off"
	HTTPServerReported  Message = "http server reported"
)

var profileLines = []Line{
	{
		Message: EvidenceCaptured, Levels: atInfo,
		Fields: []Field{FieldReason, FieldDetail, FieldFiles, FieldDurationMS}, Optional: traced(),
		When:    "Files of evidence were written",
		Note:    "The reason is one of those of pprofx.reason",
		Sources: []string{fromPprofx},
	},
	{
		Message: EvidenceNotCaptured, Levels: atWarn,
		Fields: []Field{FieldReason, FieldProfile, FieldError}, Optional: traced(FieldSuppressed),
		When:    "A file of evidence could not be written, or not recorded",
		Note:    "One in ten minutes at most",
		Sources: []string{fromPprofx},
	},
	{
		Message: EvidenceNotDeleted, Levels: atWarn,
		Fields: []Field{FieldError}, Optional: traced(FieldSuppressed),
		When:    "Files of evidence that should have made room could not be deleted: others were deleted instead, or nothing is written any more",
		Note:    "One in ten minutes at most; pprofx.files.undeletable counts the files",
		Sources: []string{fromPprofx},
	},
	{
		Message: ProfilesRefused, Levels: atWarn,
		Fields: []Field{FieldClientIP, FieldReason}, Optional: []Field{FieldSuppressed},
		When:    "A client that may not see profiles asked for them",
		Note:    "One a minute at most",
		Sources: []string{fromPprofx},
	},
	{
		Message: ProfilesNotServed, Levels: atError,
		Fields:  []Field{FieldError},
		When:    "The listener for profiles failed",
		Note:    "The program has to be restarted for it to come back; evidence is captured all the same",
		Sources: []string{fromPprofx},
	},
	{
		Message: FlightRecorderOff, Levels: atWarn,
		Fields:  []Field{FieldError},
		When:    "The flight recorder could not be started, usually because the program runs one of its own",
		Note:    "Evidence is captured without it",
		Sources: []string{fromPprofx},
	},
	{
		Message: HTTPServerReported, Levels: []Level{LevelDebug, LevelWarn},
		Fields:  []Field{FieldDetail},
		When:    "The HTTP server of the standard library reports something about a connection",
		Note:    "At debug for profiles, metrics and probes, at warn for what the example programs serve of their own",
		Sources: []string{fromPprofx, fromObserve, fromExamples},
	},
}
