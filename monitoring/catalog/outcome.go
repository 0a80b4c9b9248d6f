package catalog

// An Outcome is a value of kvdb.outcome: how an operation ended, as its caller
// sees it.
type Outcome string

// Outcomes of operations. Only Error counts against an objective.
const (
	OK       Outcome = "ok"
	Miss     Outcome = "miss"     // a read found nothing, a swap did not match
	Conflict Outcome = "conflict" // an update lost to another
	Aborted  Outcome = "aborted"  // the caller's transaction function returned its own error
	Canceled Outcome = "canceled" // the caller went away
	Error    Outcome = "error"
)

// Outcomes returns all outcomes.
func Outcomes() []Outcome { return []Outcome{OK, Miss, Conflict, Aborted, Canceled, Error} }

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
