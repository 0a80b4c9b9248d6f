package fault

import (
	"context"
	"fmt"
	"runtime"

	"github.com/otelkv/otelkv/kvdb"
)

// checkEngine returns why the fault cannot be had.
func (s *Store) checkEngine() error {
	switch {
	case s.disk != nil:
		return nil
	case s.file == nil:
		return fmt.Errorf("%w: the engine %s was opened otherwise", ErrUnsupported, s.engine)
	case runtime.GOOS != "linux":
		return fmt.Errorf("%w: for engine bolt the fault engine takes Linux", ErrUnsupported)
	}
	return nil
}

// failEngine makes the engine fail for good. The files stay as they are, so that it
// works when it is opened again. The end of the fault does not mend it.
func (s *Store) failEngine() error {
	ctx := context.Background()
	if s.disk != nil {
		s.disk.logFails.Store(true)
		_ = s.next.Delete(ctx, key) // meets it and would change nothing
		return nil
	}
	updater, _ := kvdb.As[kvdb.Updater](s.next)
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
