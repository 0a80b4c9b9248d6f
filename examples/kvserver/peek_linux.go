package main

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// peek tells, without reading, whether the other end has closed its side of a
// connection, and whether the connection is broken.
func peek(conn net.Conn) (closed, broken bool) {
	for {
		switch c := conn.(type) {
		case syscall.Conn:
			raw, err := c.SyscallConn()
			if err != nil {
				return false, false
			}
			err = raw.Control(func(fd uintptr) { closed, broken = poll(fd) })
			return closed && err == nil, broken && err == nil
		case interface{ NetConn() net.Conn }:
			conn = c.NetConn()
		default:
			return false, false
		}
	}
}

func poll(fd uintptr) (closed, broken bool) {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}} // #nosec: descriptors are small
	if n, err := unix.Poll(fds, 0); err != nil || n == 0 {
		return false, false
	}
	got := fds[0].Revents
	return got&unix.POLLRDHUP != 0, got&(unix.POLLERR|unix.POLLHUP) != 0
}
