// Package sloghandler is a [slog.Handler] that writes to a core of zap, so that both kinds of
// loggers have one pipeline.
//
// The names and values of a line are those that zap's logger gives to it; see package logcore. The
// span in the context of a call is the line's, without a field for it. A context among the attributes is asked
// for one where that of the call has none, and is never written. An error in
// the attribute "error" is the exception of a record.
//
// What slog asks for: a group without attributes is left out, as are an empty attribute and the
// time of a record without one; a group without a name is part of what it is in; a LogValuer is
// resolved, and one that panics is its value.
//
// Levels beyond the four are written as the nearest of them below, debug at the least and error at
// the most. The record of OpenTelemetry has the exact severity by its number and slog's name, and a line
// that number in the field severity_number. They are let through as zap's levels are, of which there
// is one to every four of slog's: what is below debug needs a level of zap that is below it, too.
package sloghandler
