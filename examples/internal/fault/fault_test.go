package fault

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Fault{
		"none": {}, "errors": {Kind: Errors}, "freelist": {Kind: Freelist},
		"fulldisk": {Kind: FullDisk}, "fulldisk:30s": {FullDisk, 30 * time.Second},
	} {
		f, err := Parse(text)
		if err != nil || f != want || f.String() != text {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, f, err, want)
		}
	}
	for _, text := range []string{"", "None", "flood", "fulldisk:", "fulldisk:0s", "fulldisk:-1s", "fulldisk:soon", "errors:1s"} {
		_, err := Parse(text)
		if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), Names()) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse(%q): %v, want one line that names the kinds", text, err)
		}
	}
}

// TestTable: each kind has its entry, and the help a line for each.
func TestTable(t *testing.T) {
	if n := len(table); n != int(Restart)+1 {
		t.Errorf("%d entries", n)
	}
	seen := make(map[string]bool)
	for k, e := range table {
		if e.name == "" || e.does == "" || seen[e.name] || strings.ToLower(e.name) != e.name {
			t.Errorf("kind %d is %q, %q", k, e.name, e.does)
		}
		seen[e.name] = true
		if !strings.Contains(Help(), "\n"+e.name) || !strings.Contains(Help(), Kind(k).Does()) {
			t.Errorf("the help lacks %s", e.name)
		}
		if (Fault{Kind: Kind(k)}).takes() != e.takes {
			t.Errorf("%s takes %v", e.name, e.takes)
		}
	}
}

func TestUnsupported(t *testing.T) {
	for _, tt := range []struct {
		engine string
		kind   Kind
		ok     bool
	}{
		{"pebble", Stall, true}, {"bolt", Stall, false}, {"memory", Stall, false},
		{"pebble", OldRead, false}, {"bolt", OldRead, true}, {"memory", Disk, false},
		{"memory", Engine, false}, {"memory", Errors, true}, {"bolt", None, true},
	} {
		if err := Check(tt.engine, Fault{Kind: tt.kind}); (err == nil) != tt.ok || !tt.ok && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%v on %s: %v", tt.kind, tt.engine, err)
		}
	}
}
