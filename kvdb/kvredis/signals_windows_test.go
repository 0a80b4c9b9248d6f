package kvredis_test

import "syscall"

// Windows has no such signals: sending them fails.
const standStill, goOn = syscall.Signal(0x13), syscall.Signal(0x12)
