package logcore

import (
	"slices"
	"strconv"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A nameSet says which names are taken, or wanted, at the top level of a line
// that may have parts of these names itself.
type nameSet uint8

const (
	always nameSet = 1 << iota // whether or not the entry has all of them, so that a field has the same name in all lines
	ofTrace
	ofCaller
	codeStack
	exceptionStack
	exceptionMessage
	exceptionType
	ofSeverity
)

// Names that the bridge gives to parts of an entry.
const (
	codeFile            = "code.file.path"
	codeLine            = "code.line.number"
	codeFunction        = "code.function.name"
	codeStacktrace      = "code.stacktrace"
	exceptionStacktrace = "exception.stacktrace"
)

func setOf(name string) nameSet {
	switch name {
	case catalog.FieldTimestamp, catalog.FieldLevel, catalog.FieldLogger,
		catalog.FieldCaller, catalog.FieldMessage, catalog.FieldStacktrace:
		return always
	case catalog.FieldTraceID, catalog.FieldSpanID, catalog.FieldTraceFlags:
		return ofTrace
	case catalog.FieldSeverityNumber:
		return ofSeverity
	case codeFile, codeLine, codeFunction:
		return ofCaller
	case codeStacktrace:
		return codeStack
	case exceptionStacktrace:
		return exceptionStack
	case catalog.ExceptionMessage:
		return exceptionMessage
	case catalog.ExceptionType:
		return exceptionType
	default:
		return 0
	}
}

// taken returns the names that an entry needs itself, in either output, whether
// or not there is the other.
func taken(e *zapcore.Entry, span trace.SpanContext, p Particulars, exception bool) nameSet {
	set := always
	if span.IsValid() {
		set |= ofTrace
	}
	if p.Severity != 0 {
		set |= ofSeverity
	}
	if e.Caller.Defined {
		set |= ofCaller
	}
	switch {
	case e.Stack == "":
	case exception:
		set |= exceptionStack
	default:
		set |= codeStack
	}
	return set
}

// settle gives a number to each field whose name is taken, or that a later one of
// the same object has, too. The argument is not changed.
func settle(fields []zapcore.Field, taken nameSet) []zapcore.Field {
	copied := false
	for start := 0; start < len(fields); {
		end := start + scopeLen(fields[start:])
		var w wanted
		if w.add(fields[start:end]); w.twice || w.names&taken != 0 {
			if !copied {
				fields, copied = slices.Clone(fields), true
			}
			addNumbers(fields[start:end], taken)
		}
		start, taken = end, 0
	}
	return fields
}

// addNumbers works on the fields of one object.
func addNumbers(scope []zapcore.Field, taken nameSet) {
	last := make(map[string]int, len(scope))
	for i := range scope {
		last[scope[i].Key] = i
	}
	numbers := make(map[string]int)
	for i := range scope {
		name := scope[i].Key
		if last[name] == i && setOf(name)&taken == 0 {
			continue
		}
		numbered := name
		for used := true; used; _, used = last[numbered] {
			numbers[name]++
			numbered = name + "_" + strconv.Itoa(numbers[name])
		}
		last[numbered] = i
		scope[i].Key = numbered
	}
}

// wanted is what is known of the names in one object.
type wanted struct {
	filter uint64 // has the bit of each name
	names  nameSet
	twice  bool // a name is there twice
}

// maxCompared is up to how many fields comparing each with each is faster than
// a map.
const maxCompared = 32

// add adds fields that are the first of their object.
func (w *wanted) add(scope []zapcore.Field) {
	if len(scope) > maxCompared {
		w.addMany(scope)
		return
	}
	for i := range scope {
		key := scope[i].Key
		b := bit(key)
		w.twice = w.twice || w.filter&b != 0 && hasKey(scope[:i], key)
		w.filter |= b
		w.names |= setOf(key)
	}
}

func (w *wanted) addMany(scope []zapcore.Field) {
	seen := make(map[string]struct{}, len(scope))
	for i := range scope {
		key := scope[i].Key
		seen[key] = struct{}{}
		w.filter |= bit(key)
		w.names |= setOf(key)
	}
	w.twice = len(seen) < len(scope)
}

// bit returns one of 64 bits, mostly others for other names.
func bit(name string) uint64 {
	if name == "" {
		return 1
	}
	n := uint(len(name)) + 7*uint(name[0]) + 29*uint(name[len(name)-1]) + 3*uint(name[len(name)/2])
	return 1 << (n % 64)
}

// scopeLen returns how many fields share the object of the first, with the
// namespace that opens the next.
func scopeLen(fields []zapcore.Field) int {
	for i := range fields {
		if isNamespace(fields[i]) {
			return i + 1
		}
	}
	return len(fields)
}

func hasKey(fields []zapcore.Field, key string) bool {
	for i := range fields {
		if fields[i].Key == key {
			return true
		}
	}
	return false
}

func isNamespace(f zapcore.Field) bool { return f.Type == zapcore.NamespaceType }
