//go:build unix

package linewriter

import "syscall"

// nothingToSync is what a system says of a pipe, a socket or a terminal.
var nothingToSync = []error{syscall.EINVAL, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOTTY, syscall.EROFS}
