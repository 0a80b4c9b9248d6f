package main

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]size{
		"128MiB": 128 << 20, "1GiB": 1 << 30, "64KiB": 64 << 10, "1000B": 1000, "134217728": 128 << 20, "0": 0, "3 MiB": 3 << 20,
	} {
		var got size
		if err := got.Set(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
		var again size
		if err := again.Set(got.String()); err != nil || again != want {
			t.Errorf("%s: %s is %d, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "MiB", "128MB", "128mib", "1.5GiB", "-1", "-1MiB", "9223372036854775807GiB", "99999999999999999999", "0x10", "much"} {
		var got size
		if err := got.Set(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
	if got := size(128 << 20).String(); got != "128MiB" {
		t.Error(got)
	}
}
