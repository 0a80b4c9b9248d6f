//go:build !linux

package recording

import "testing"

// Dir returns where programs have their stores.
func Dir(t testing.TB) string {
	t.Helper()
	return t.TempDir()
}
