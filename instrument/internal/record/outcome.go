package record

import "github.com/otelkv/otelkv/monitoring/catalog"

// An Outcome is how an operation ended, as its caller sees it.
type Outcome uint8

// The outcomes.
const (
	OutcomeOK       Outcome = iota
	OutcomeMiss             // a read found nothing, a swap did not match
	OutcomeConflict         // an update lost to another
	OutcomeAborted          // the caller's transaction function returned its own error
	OutcomeCanceled         // the caller went away
	OutcomeError            // the only one that counts as an error
	Outcomes
)

var outcomeNames = [Outcomes]string{
	OutcomeOK: string(catalog.OK), OutcomeMiss: string(catalog.Miss), OutcomeConflict: string(catalog.Conflict),
	OutcomeAborted: string(catalog.Aborted), OutcomeCanceled: string(catalog.Canceled), OutcomeError: string(catalog.Error),
}

func (o Outcome) String() string { return outcomeNames[o] }
