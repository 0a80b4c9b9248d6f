package logcore

import "go.uber.org/zap/zapcore"

// maxCompared is up to how many fields comparing each with each is faster than
// a map.
const maxCompared = 32

// unique removes fields that a later one of the same name, in the same
// namespace, makes void. It works in place. OpenTelemetry's SDK would do so for
// each record, with a map for each attribute, unless told that there is nothing
// to do.
func unique(fields []zapcore.Field) []zapcore.Field {
	for start := 0; start < len(fields); {
		end := start + scopeLen(fields[start:])
		if kept := uniqueInScope(fields[start:end]); kept < end-start {
			fields = append(fields[:start+kept], fields[end:]...)
			end = start + kept
		}
		start = end
	}
	return fields
}

// scopeLen returns how many fields share the namespace of the first, with the
// one that opens the next.
func scopeLen(fields []zapcore.Field) int {
	for i := range fields {
		if isNamespace(fields[i]) {
			return i + 1
		}
	}
	return len(fields)
}

// uniqueInScope moves the fields that stay to the front, and returns their
// number.
func uniqueInScope(fields []zapcore.Field) int {
	if !hasRepetition(fields) {
		return len(fields)
	}
	last := make(map[string]int, len(fields))
	for i := range fields {
		last[fields[i].Key] = i
	}
	kept := 0
	for i := range fields {
		if last[fields[i].Key] == i {
			fields[kept] = fields[i]
			kept++
		}
	}
	return kept
}

func hasRepetition(fields []zapcore.Field) bool {
	if len(fields) > maxCompared {
		seen := make(map[string]struct{}, len(fields))
		for i := range fields {
			seen[fields[i].Key] = struct{}{}
		}
		return len(seen) < len(fields)
	}
	for i := range fields {
		if hasKey(fields[i+1:], fields[i].Key) {
			return true
		}
	}
	return false
}

func hasKey(fields []zapcore.Field, key string) bool {
	for i := range fields {
		if fields[i].Key == key {
			return true
		}
	}
	return false
}

// share reports whether a name is in both.
func share(a, b []zapcore.Field) bool {
	for i := range a {
		if hasKey(b, a[i].Key) {
			return true
		}
	}
	return false
}

func isNamespace(f zapcore.Field) bool { return f.Type == zapcore.NamespaceType }
