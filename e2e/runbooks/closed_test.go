package runbooks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// tools are the commands that read the files of an engine, by the engine. They do once no program
// has the files open, and so blocks of them come last, when the program has been stopped.
var tools = map[string]string{"bolt": "bbolt", "pebble": "pebble"}

// engineTools builds them, in the versions of the engines that the programs have.
var engineTools = sync.OnceValue(func() error {
	cmd := exec.Command("go", "build", "-o", buildDir+string(filepath.Separator),
		"go.etcd.io/bbolt/cmd/bbolt", "github.com/cockroachdb/pebble/v2/cmd/pebble")
	cmd.Dir = "../../examples" // what more they need is in go.work.sum
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the tools of engines takes the workspace: %w\n%s", err, out)
	}
	return nil
})

// engine is the one whose closed files a block is for, or empty.
func (b block) engine() string {
	for engine, tool := range tools {
		if strings.HasPrefix(b.text, tool+" ") {
			return engine
		}
	}
	return ""
}

// engine is the one that the program has.
func (tr *trial) engine() string {
	if i := slices.Index(tr.args, "-engine"); i >= 0 {
		return tr.args[i+1]
	}
	return "pebble"
}

// asks says whether the trial is one of those that a block has to itself, since it asks a server or
// reads the files of an engine.
func (tr *trial) asks(b block) bool {
	if engine := b.engine(); engine != "" {
		return engine == tr.engine() && strings.Contains(b.text, tr.only)
	}
	return tr.only == redisCLI && strings.Contains(b.text, redisCLI)
}

// environ are the variables of commands about the files of a store. What is to be written is
// always new.
func (s *setting) environ() ([]string, error) {
	dir, err := os.MkdirTemp(s.dir, "new-")
	if err != nil {
		return nil, err
	}
	return []string{
		"DIR=" + s.instance.dir, "FILE=" + filepath.Join(s.instance.dir, s.trial.program+".db"), "NEW=" + filepath.Join(dir, "new.db"),
		"PATH=" + buildDir + string(filepath.ListSeparator) + os.Getenv("PATH"),
	}, nil
}

// TestEngine: blocks for the files of an engine are told from those that have its name in them.
func TestEngine(t *testing.T) {
	for text, want := range map[string]string{"bbolt check f": "bolt", "pebble db check d": "pebble", "ls | grep bbolt ": "", "pebbles": ""} {
		if got := (block{text: text}).engine(); got != want {
			t.Errorf("%q is for the files of %q, want %q", text, got, want)
		}
	}
	bolt := &trial{args: with("disk", "-engine", "bolt")}
	if e := bolt.engine(); e != "bolt" {
		t.Errorf("the engine is %q", e)
	}
	if bolt.asks(block{text: "pebble db check d"}) || !bolt.asks(block{text: "bbolt check f"}) || bolt.asks(block{text: redisCLI}) {
		t.Error("a program on bbolt is not asked by the tool of bbolt alone")
	}
}
