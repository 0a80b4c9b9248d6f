//go:build !unix || aix || solaris

package kvbolt

import "os"

// unlock does nothing: the lock of bbolt ends with the file here.
func unlock(*os.File) error { return nil }
