//go:build !linux

package alerts

import (
	"errors"
	"testing"
)

// memoryGroup says that there are no control groups.
func memoryGroup(t *testing.T, _ int64) (string, error) {
	t.Helper()
	return "", errors.ErrUnsupported
}
