//go:build !linux && !darwin

package archive

// syncDir does nothing: a directory cannot be opened for it on Windows.
func syncDir(string) error { return nil }
