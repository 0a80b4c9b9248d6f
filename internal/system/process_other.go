//go:build !unix && !windows

package system

import "time"

func processTime() (time.Duration, error) { return 0, unsupported() }
