//go:build unix

package kvbadger

import (
	"io/fs"
	"syscall"
)

// blockBytes is the unit of what a file takes, whatever the filesystem's own is.
const blockBytes = 512

// onDisk returns what a file takes of the disk. Badger makes its logs as large as they may
// become, with a hole for the rest.
func onDisk(info fs.FileInfo) float64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return float64(s.Blocks) * blockBytes
	}
	return float64(info.Size())
}
