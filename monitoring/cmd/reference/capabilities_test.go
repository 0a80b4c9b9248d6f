package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// The source has the capabilities that kvdb.As knows, and both tables have each of them once.
func TestCapabilities(t *testing.T) {
	all, err := capabilities(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.name
	}
	if want := kvdb.Capabilities(&testutil.Faulty{Memory: kvdb.NewMemory(nil)}); !slices.Equal(names, want) {
		t.Errorf("the source has\n%q, and a store with everything\n%q", names, want)
	}
	for table, text := range map[string]string{"README.md": enginesOverview(all), "engines.md": enginesPage(all)} {
		for _, name := range names {
			if n := strings.Count(text, "`"+name+"`"); n != 1 {
				t.Errorf("the table of %s has %s %d times", table, name, n)
			}
		}
	}
}

// Capabilities of the same engines share a row.
func TestEnginesOverview(t *testing.T) {
	got := enginesOverview([]capability{{name: "Lagger"}, {name: "Scanner"}, {name: "Viewer"}})
	const want = `|  | Pebble | bbolt | Badger | Redis | memory |
|---|---|---|---|---|---|
| runs | in the process | in the process | in the process | on a server | in the process |
| ` + "`Scanner`, `Viewer`" + ` | yes | yes | yes | – | yes |
| ` + "`Lagger`" + ` | – | – | – | yes | – |
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCapabilitiesOf(t *testing.T) {
	for name, tt := range map[string]struct{ source, name, does, err string }{
		"alone":       {source: "// A Pinger tells: now. And more.\ntype Pinger interface{}", name: "Pinger", does: "tells: now"},
		"of a group":  {source: "type (\n\t// An Exister looks\n\t// for a key.\n\tExister interface{}\n)", name: "Exister", does: "looks for a key"},
		"of elements": {source: "type Txn interface{}"},
		"unexported":  {source: "type pinger interface{}"},
		"no type":     {source: "var Pinger interface{}"},
		"a struct":    {source: "type Pinger struct{}"},
		"undocumented": {
			source: "type Pinger interface{}", err: "the documentation of Pinger does not begin with what it does",
		},
		"documented otherwise": {
			source: "// Pinger pings.\ntype Pinger interface{}", err: "the documentation of Pinger does not begin with what it does",
		},
		"broken": {source: "type", err: "expected"},
	} {
		got, err := capabilitiesOf("a.go", []byte("package kvdb\n\n"+tt.source+"\n"))
		switch {
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)), tt.err == "" && err != nil:
			t.Errorf("%s: the error %v, want %q", name, err, tt.err)
		case tt.name == "" && len(got) > 0:
			t.Errorf("%s: got %+v", name, got)
		case tt.name != "" && !slices.Equal(got, []capability{{tt.name, tt.does}}):
			t.Errorf("%s: got %+v, want %s: %q", name, got, tt.name, tt.does)
		}
	}
}
