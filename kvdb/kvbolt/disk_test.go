package kvbolt

import (
	"path/filepath"
	"testing"
)

func TestShare(t *testing.T) {
	for _, tt := range []struct {
		name            string
		used, available uint64
		want            float64
		ok              bool
	}{
		{"reserved blocks are neither used nor free", 76, 19, 0.8, true},
		{"full", 95, 0, 1, true},
		{"empty", 0, 95, 0, true},
		{"no blocks", 0, 0, 0, false},
	} {
		if got, ok := share(tt.used, tt.available); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %v, %t, want %v, %t", tt.name, got, ok, tt.want, tt.ok)
		}
	}
	if got, ok := diskUsage(filepath.Join(t.TempDir(), "absent")); ok {
		t.Errorf("the usage of nothing is %v", got)
	}
}
