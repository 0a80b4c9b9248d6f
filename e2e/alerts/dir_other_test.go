//go:build !linux

package alerts

import "testing"

// storesDir is where programs have their stores.
func storesDir(t *testing.T) string { t.Helper(); return t.TempDir() }
