//go:build !linux && !darwin && !windows

package archive

import "errors"

func diskSpace(string) (available, total uint64, err error) { return 0, 0, errors.ErrUnsupported }
