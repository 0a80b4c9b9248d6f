package linewriter

import "syscall"

// nothingToSync is what FlushFileBuffers says of a console, and of the end of a
// pipe that is not to be flushed.
var nothingToSync = []error{
	syscall.Errno(6), // ERROR_INVALID_HANDLE
	syscall.Errno(1), // ERROR_INVALID_FUNCTION
	syscall.ERROR_ACCESS_DENIED,
	syscall.ERROR_BROKEN_PIPE,
}
