package otelsetup

import (
	"context"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/tracefield"
)

// Context returns a field that ties a line to the span in ctx: in JSON the line
// has trace_id, span_id and trace_flags at the top level, and the record that is
// exported has them as its own. Nothing else that ctx holds reaches an output.
// Bind it once,
//
//	log := tel.Logger().With(otelsetup.Context(ctx))
//
// or give it to a line. The last one wins. Without a span it adds nothing.
func Context(ctx context.Context) zap.Field { return tracefield.Context(ctx) }
