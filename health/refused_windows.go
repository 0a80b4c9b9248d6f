package health

import "syscall"

const errRefused = syscall.Errno(10061) // WSAECONNREFUSED
