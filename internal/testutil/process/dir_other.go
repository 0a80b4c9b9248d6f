//go:build !linux

package process

import "testing"

// StoresDir returns where programs have their stores, until the test ends.
func StoresDir(t testing.TB) string {
	t.Helper()
	return t.TempDir()
}
