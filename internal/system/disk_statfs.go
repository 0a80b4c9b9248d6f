//go:build linux || darwin

package system

import "golang.org/x/sys/unix"

func statfs(path string) (s unix.Statfs_t, err error) {
	for {
		if err = unix.Statfs(path, &s); err != unix.EINTR {
			return s, err
		}
	}
}
