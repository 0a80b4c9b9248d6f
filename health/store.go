package health

import (
	"errors"
	"fmt"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// final makes errors decisive that do not go away.
func final(err error) error {
	if errors.Is(err, kvdb.ErrClosed) || errors.Is(err, kvdb.ErrCorruption) || errors.Is(err, kvdb.ErrEngineFailed) {
		return Decisive(err)
	}
	return err
}

// noStore notes a store that is not there: nil, or a nil pointer, whose methods
// would panic.
func (c *Check) noStore(store kvdb.Store) bool {
	if !typednil.Is(store) {
		return false
	}
	c.err = fmt.Errorf("the store is %s: open it first", typednil.Name(store))
	return true
}

func overNetwork(store kvdb.Store) bool {
	d, ok := kvdb.As[kvdb.Describer](store)
	return ok && d.Describe().Remote
}
