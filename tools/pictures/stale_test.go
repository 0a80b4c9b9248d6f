package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

const (
	documented = "../../docs/pictures"
	drawnFrom  = documented + "/first-screen.sha256"
)

// TestPicturesAreNotStale: the pictures of documentation show the first screen as it is now, but
// for descriptions and links, which are not drawn.
func TestPicturesAreNotStale(t *testing.T) {
	d, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(drawnFrom)
	if err != nil {
		t.Fatal(err)
	}
	if now := sum(t, d); strings.TrimSpace(string(kept)) != now {
		t.Errorf("the first screen has changed since %s was drawn, to %s: draw it again with -update, as README.md says", documented, now)
	}
	for _, name := range published {
		if _, err := os.Stat(documented + "/" + name + ".png"); err != nil {
			t.Error(err)
		}
	}
}

// sum is that of what is drawn of the first screen.
func sum(t *testing.T, d dashboard) string {
	t.Helper()
	var all []any
	for _, p := range d.rows()[0].panels {
		var parts map[string]any
		if err := json.Unmarshal(p.raw, &parts); err != nil {
			t.Fatal(err)
		}
		delete(parts, "description")
		delete(parts, "links")
		all = append(all, parts)
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}
