package pprofx

import (
	"context"
	"fmt"
	"io"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

// write makes a file of evidence, and tells what could not be deleted for it.
func (p *Profiler) write(ctx context.Context, n archive.Name, weight int64, write func(io.Writer) error) (path string, err error) {
	path, err = p.archive.Write(n, weight, write)
	files, why := p.archive.Undeletable()
	p.notDeleted(ctx, files, why)
	return path, err
}

func (p *Profiler) notDeleted(ctx context.Context, files int, why error) {
	p.counts.undeletable.Store(int64(files))
	if files == 0 {
		return
	}
	if suppressed, ok := p.undeletable.Allow(); ok {
		p.log.Warn(catalog.EvidenceNotDeleted,
			zap.Error(fmt.Errorf("%d of the files in the directory stay: %w", files, why)),
			limiter.Field(suppressed), tracefield.Context(ctx))
	}
}
