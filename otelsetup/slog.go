package otelsetup

import (
	"log/slog"

	"github.com/otelkv/otelkv/internal/slogcore"
	"github.com/otelkv/otelkv/otelsetup/internal/sloghandler"
)

// A SlogOption changes what [Telemetry.SlogHandler] returns.
type SlogOption interface{ applySlog(*sloghandler.Options) }

type slogOptionFunc func(*sloghandler.Options)

func (f slogOptionFunc) applySlog(o *sloghandler.Options) { f(o) }

// SlogSource has each line say where it was written: in the field caller, and in the attributes
// code.file.path, code.line.number and code.function.name of the record. By default, it does not. A handler
// of [WithSlog] does as it was made to.
func SlogSource() SlogOption {
	return slogOptionFunc(func(o *sloghandler.Options) { o.Source = true })
}

// SlogHandler returns a handler for package slog that writes where [Telemetry.Logger] does: its
// lines have the same names and values and go through the same level, sampling, output and
// exporters, and what is said of Logger holds for them. A line belongs to the span in the
// context that it is logged with, for which it needs no attribute:
//
//	log := slog.New(tel.SlogHandler())
//	log.InfoContext(ctx, "order placed", "items", 3)
//
// Nothing sets it as a default; slog.SetDefault does. It can be used beside Logger. With [WithSlog] it is
// the program's handler, which gets each record as it is, with the ids of its span outside of all groups.
//
// A level that is none of slog's four is written as the nearest of them below; the
// record has the exact one, and the line its number as severity_number. A
// handler of a nil or zero Telemetry does nothing.
func (t *Telemetry) SlogHandler(options ...SlogOption) slog.Handler {
	if t == nil || t.logger == nil {
		return slog.DiscardHandler
	}
	if t.slog != nil {
		return slogcore.Traced(t.slog)
	}
	o := sloghandler.Options{Core: t.logger.Core(), Errors: newWriteErrors(t.stderr)}
	for _, option := range options {
		if option != nil {
			option.applySlog(&o)
		}
	}
	return sloghandler.New(o)
}
