//go:build !linux

package machines

import (
	"errors"
	"os/exec"
	"testing"
)

// TryMemoryGroup says that there are no control groups.
func TryMemoryGroup(testing.TB, int) (take func(*exec.Cmd), err error) {
	return nil, errors.ErrUnsupported
}
