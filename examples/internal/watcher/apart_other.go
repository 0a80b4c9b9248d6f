//go:build !unix

package watcher

import "syscall"

func apart() *syscall.SysProcAttr { return nil }
