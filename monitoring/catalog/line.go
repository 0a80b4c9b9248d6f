package catalog

import "slices"

// A Message is the text of a log line, by which lines of its kind are found.
type Message = string

// A Level is that of a log line.
type Level string

// Levels of lines.
const (
	LevelDebug Level = "debug"
	LevelInfo  Level = "info"
	LevelWarn  Level = "warn"
	LevelError Level = "error"
)

// A Line is one kind of line that this project writes to the program's logger. It
// has no name of a logger but that which the program has given to its own.
type Line struct {
	Message Message

	// Levels are those that it can have, that which it has as a rule first.
	Levels []Level

	// Fields are those that it always has, beside those of every line.
	Fields []Field

	// Optional are those that it has now and then; [Fields] says when. Of the trace
	// that a line belongs to, its ids stand here.
	Optional []Field

	// Open says that further fields can follow, which are somebody else's.
	Open bool

	// When says what has happened, in one sentence without a full stop.
	When string

	// Note says what is not obvious, such as on what the level depends, or what to
	// do about it.
	Note string

	// Sources are the packages that write it, relative to the module path.
	Sources []string
}

// Lines returns every kind of line in the order of the reference. The list is the
// caller's own, what is in it is shared.
func Lines() []Line {
	return slices.Concat(operationLines, healthLines, profileLines, telemetryLines, observeLines, programLines)
}

// FindLine returns the line of a message.
func FindLine(message Message) (Line, bool) {
	for _, l := range Lines() {
		if l.Message == message {
			return l, true
		}
	}
	return Line{}, false
}

// ofTrace are the ids of the span that a line belongs to.
var ofTrace = []Field{FieldTraceID, FieldSpanID, FieldTraceFlags}

func traced(further ...Field) []Field { return append(further, ofTrace...) }

var (
	atDebug = []Level{LevelDebug}
	atInfo  = []Level{LevelInfo}
	atWarn  = []Level{LevelWarn}
	atError = []Level{LevelError}
)
