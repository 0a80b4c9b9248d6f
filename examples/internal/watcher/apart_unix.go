//go:build unix

package watcher

import "syscall"

// apart puts the server out of the terminal's group, so that Ctrl-C does not end it before
// the program.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
