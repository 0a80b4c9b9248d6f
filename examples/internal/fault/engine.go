package fault

import (
	"context"
	"fmt"

	"github.com/otelkv/otelkv/kvdb"
)

// failEngine makes the engine fail for good. The files stay as they are, so that it
// works when it is opened again. The end of the fault does not mend it.
func (s *Store) failEngine() error {
	ctx := context.Background()
	if s.disk != nil {
		s.disk.logFails.Store(true)
		_ = s.next.Delete(ctx, key) // meets it and would change nothing
		return nil
	}
	updater, ok := kvdb.As[kvdb.Updater](s.next)
	if s.file == nil || !ok {
		return fmt.Errorf("%w: the engine %s was opened otherwise", ErrUnsupported, s.engine)
	}
	var cannot error
	_ = updater.Update(ctx, func(kvdb.Txn) error {
		cannot = s.file.hideFreelist() // from the commit
		return cannot
	})
	if cannot != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, cannot)
	}
	return nil
}
