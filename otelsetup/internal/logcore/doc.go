// Package logcore is the zap core behind the logger of otelsetup: one line of
// JSON and one OpenTelemetry record for each entry, which mean the same.
//
// One level and one sampler decide for both, before either is made. The context
// of a line comes in a field whose value is a [context.Context], given to the
// line or bound to the logger; the last one wins. JSON gets trace_id, span_id
// and trace_flags from it, always at the top level, and the record is emitted
// with it, so that it has the trace in its own fields. Nothing else of a
// context gets into an output.
//
// # Values
//
// Both outputs get the same values, made once:
//
//   - a duration is its seconds, a number;
//   - a time is text, RFC 3339 in UTC with nine digits;
//   - an integer above math.MaxInt64, which OTLP has no type for, is text in
//     decimal, and NaN and the infinities, which JSON lacks, are "NaN", "+Inf"
//     and "-Inf"; a complex number is text as in 1+2i;
//   - a float32 is the shortest decimal that is it, so 0.1 and not 0.10000000149;
//   - bytes are text in base64, a byte string is text, and text that is not
//     UTF-8, which OTLP cannot carry, has U+FFFD for each bad byte;
//   - what zap would give to reflection is what encoding/json makes of it, tags
//     and all; null is an empty value in OTLP;
//   - an error is what zap's JSON encoder makes of it: its text, and with the
//     suffixes Verbose and Causes what it has of them. An error in the field
//     "error" gives the record the attributes exception.message and
//     exception.type as well;
//   - what is nested deeper than [MaxDepth] is replaced by a text that says so.
//
// # Names
//
// A name stands once in an object, in both outputs the same, and nothing is
// lost. The parts of the line have theirs first: timestamp, level, message,
// logger, caller and stacktrace always, also in a line without one of them, so
// that a field has one name in all lines; trace_id, span_id and trace_flags in a
// line that belongs to a span; severity_number in a line that has it; and in one
// that has them, too, what the record calls the caller and the stack. After them
// the last field of a name
// has it. Every other field is called by its name and a number, from 1 up, in
// their order, without the numbers that other fields have in their own names:
//
//	l.With(zap.Int("a", 1)).Info("m", zap.String("level", "gold"), zap.Int("a", 2))
//	{"timestamp":…,"level":"info","message":"m","a_1":1,"level_1":"gold","a":2}
//
// This holds for fields that are bound, given, or both, for a namespace, which is
// a name like others, and in objects, whatever made them. Only the attributes
// exception.message and exception.type of a record give way to fields of
// these names. A LoggerProvider has nothing left to remove, and is faster with
// WithAllowKeyDuplication. A line in which no name is there twice costs no
// allocation for that, and one in which there is one encodes what is bound anew.
//
// # What fails
//
// A marshaler that fails or panics costs its field: what it had written so far
// stays, and a field named after it with the suffix Error says why. Neither the
// line nor the caller suffers.
//
// What the entry itself has is named after the habits of each side: message is
// the body, level the severity and its text, logger the scope, caller the
// attributes code.*, and stacktrace is code.stacktrace or, beside an error,
// exception.stacktrace. A field without a name is in JSON only.
package logcore
