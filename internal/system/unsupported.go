package system

import (
	"errors"
	"fmt"
	"runtime"
)

// ask calls what a system may not have.
func ask[T any](read func() (T, error)) (T, error) {
	if read == nil {
		var none T
		return none, unsupported()
	}
	return read()
}

func unsupported() error {
	return fmt.Errorf("system: %s does not tell: %w", runtime.GOOS, errors.ErrUnsupported)
}
