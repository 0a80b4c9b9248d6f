//go:build !linux

package health

import "errors"

func newMemoryReader() func() (float64, error) {
	return func() (float64, error) { return 0, errors.ErrUnsupported }
}
