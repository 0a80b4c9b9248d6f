//go:build !linux && !darwin && !windows

package health

import "errors"

func readDisk(string) (diskUsage, error) { return diskUsage{}, errors.ErrUnsupported }
