package catalog

// Messages of what package observe serves.
const (
	Observing                Message = "observing"
	ObservingEnded           Message = "observing ended"
	AddressTaken             Message = "address taken"
	ObservabilityNotServed   Message = "observability no longer served"
	WebConfigurationReported Message = "web configuration reported"
)

var observeLines = []Line{
	{
		Message: Observing, Levels: atInfo,
		Optional: []Field{FieldListen, FieldProfiles, FieldDirectory},
		When:     "The program is observed, and these are the places to look at",
		Sources:  []string{fromObserve},
	},
	{
		Message: ObservingEnded, Levels: []Level{LevelInfo, LevelWarn},
		Fields: []Field{FieldDurationMS}, Optional: []Field{FieldReason, FieldDrainMS, FieldDropped, FieldError},
		When:    "The program has ended all but its telemetry, which is flushed after this line",
		Note:    "At warn when a part did not end well, or lines were lost. The reason is the signal, if the context of signal.NotifyContext came to Drain or Shutdown. The duration begins with Drain",
		Sources: []string{fromObserve},
	},
	{
		Message: AddressTaken, Levels: atWarn,
		Fields:  []Field{FieldFrom, FieldTo, FieldDetail, FieldError},
		When:    "A default address was not available, and a free port has taken its place",
		Note:    "The detail is the option that chooses another address",
		Sources: []string{fromObserve},
	},
	{
		Message: ObservabilityNotServed, Levels: atError,
		Fields:  []Field{FieldError},
		When:    "The listener for metrics and probes failed",
		Note:    "The program has to be restarted for it to come back",
		Sources: []string{fromObserve},
	},
	{
		Message: WebConfigurationReported, Levels: atError,
		Fields: []Field{FieldDetail, FieldError}, Optional: []Field{FieldSuppressed},
		When:    "The web configuration file cannot be read any more",
		Note:    "Requests are refused until it can",
		Sources: []string{fromObserve},
	},
}
