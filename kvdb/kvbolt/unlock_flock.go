//go:build unix && !aix && !solaris

package kvbolt

import (
	"os"
	"syscall"
)

// unlock gives up the lock of bbolt, which would last as long as the mapping.
func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
