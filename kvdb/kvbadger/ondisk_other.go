//go:build !unix

package kvbadger

import "io/fs"

// onDisk returns the size of a file. Badger makes its logs as large as they may become.
func onDisk(info fs.FileInfo) float64 { return float64(info.Size()) }
