package archive

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Name says what a file is evidence of.
type Name struct {
	Time    time.Time
	Kind    string // of evidence, such as "trace" or "heap"
	Reason  string // for taking it, such as "slow"
	TraceID string
	Ext     string // of the file, such as "trace" or "pb.gz"
}

// timeLayout sorts as text. Nanoseconds keep apart what one incident brings.
const timeLayout = "20060102T150405.000000000Z"

// maxPart bounds the parts of a name, so that it fits every file system.
const maxPart = 48

// String returns the name of the file without its weight: the time in UTC, then
// the parts that there are, such as
// 20261123T001500.123456789Z-trace-slow-4bf92f3577b34da6a3ce929d0e0e4736.trace.
// Names sort by time. Characters of a part other than a-z, 0-9, _ and - become
// those or _, and what is longer than 48 is cut.
func (n Name) String() string { return n.weighing(0) }

// weighing returns the name of a file of the given weight, which stands before
// the extension unless it is zero.
func (n Name) weighing(weight int64) string {
	var b strings.Builder
	b.WriteString(n.Time.UTC().Format(timeLayout))
	for _, part := range []string{n.Kind, n.Reason, n.TraceID} {
		if part != "" {
			b.WriteByte('-')
			b.WriteString(clean(part, maxPart))
		}
	}
	if weight != 0 {
		b.WriteString(weightMark + strconv.FormatInt(weight, 10))
	}
	for ext := range strings.FieldsFuncSeq(n.Ext, func(r rune) bool { return r == '.' }) {
		b.WriteByte('.')
		b.WriteString(clean(ext, maxPart))
	}
	return b.String()
}

// weightMark cannot stand in a part, since a part has no dots.
const weightMark = ".w"

// clean returns a part of a name of at most so many characters.
func clean(part string, limit int) string {
	cleaned := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		default:
			return '_'
		}
	}, part)
	return cleaned[:min(len(cleaned), limit)]
}

// extensions are those that evidence has.
var extensions = []string{"pb.gz", "trace", "txt", "json"}

// parse reads the time and the weight from the name of a file, and reports
// whether it is one of this package: a copy that somebody keeps beside it, as .bak, is
// not.
func parse(file string) (at time.Time, weight int64, ours bool) {
	if len(file) < len(timeLayout) {
		return time.Time{}, 0, false
	}
	at, err := time.Parse(timeLayout, file[:len(timeLayout)])
	if err != nil {
		return time.Time{}, 0, false
	}
	parts, ext, _ := strings.Cut(file[len(timeLayout):], ".")
	if weighed, ok := strings.CutPrefix(ext, weightMark[1:]); ok {
		digits, rest, _ := strings.Cut(weighed, ".")
		if w, err := strconv.ParseInt(digits, 10, 64); err == nil {
			weight, ext = w, rest
		}
	}
	ours = slices.Contains(extensions, ext) && (parts == "" || parts[0] == '-') && parts == clean(parts, len(parts))
	return at, weight, ours
}
