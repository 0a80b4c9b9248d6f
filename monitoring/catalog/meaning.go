package catalog

// Help says what the outcome means, in a sentence without a full stop.
func (o Outcome) Help() string { return outcomeHelp[o] }

var outcomeHelp = map[Outcome]string{
	OK:       "The operation did what it was asked to do",
	Miss:     "A read found nothing, or a swap did not match",
	Conflict: "An update lost to another one and may be tried again",
	Aborted:  "The caller's transaction function returned an error of its own",
	Canceled: "The caller went away",
	Error:    "It failed: the only outcome that counts in kvdb.errors and against objectives",
}

// Help says what the type of error means, in a sentence without a full stop.
func (k ErrorKind) Help() string { return errorHelp[k] }

var errorHelp = map[ErrorKind]string{
	ErrTimeout:         "The deadline of the caller or of the engine passed",
	ErrConflict:        "The outcome is conflict, too, and not error",
	ErrClosed:          "The store had been closed",
	ErrReadOnly:        "The store takes no writes",
	ErrTooLarge:        "A key, a value or a batch is larger than the engine takes: the caller's fault",
	ErrUnavailable:     "The engine, or the server that it is on, could not be reached or is not able to answer",
	ErrCorruption:      "What is stored is damaged",
	ErrNoSpace:         "A write found no room on the disk, or within a quota",
	ErrInvalidArgument: "The call can never work, as with an empty key: the caller's fault",
	ErrPanic:           "The operation panicked, or ended its goroutine",
	ErrOther:           "Anything else",
}
