package reference

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/e2e/internal/redisserver"
)

// lacking are the options that kvserver does not have, by their words, and noDocs the
// commands of which Redis 7.0 says nothing.
var (
	lacking = map[string][]string{
		"set":             {"EXAT", "PXAT"},
		"client|tracking": {"REDIRECT"},
	}
	noDocs = []string{"client|setinfo", "client|no-touch", "command|getkeys"}
)

// COMMAND DOCS tells the groups and arguments of commands as Redis does, for clients that
// make hints and help of it.
func TestDocs(t *testing.T) {
	want := docs(t, redisserver.Start(t).Address)
	for _, engine := range []string{"memory", "badger"} {
		t.Run(engine, func(t *testing.T) {
			compareDocs(t, want, docs(t, kvserver.Start(t, "-engine", engine).Address), engine)
		})
	}
}

func compareDocs(t *testing.T, want, got map[string]documented, engine string) {
	for name, kv := range got {
		if slices.Contains(noDocs, name) {
			if kv.arguments == nil {
				t.Errorf("%s: no arguments", name)
			}
			continue
		}
		redis, known := want[name]
		lacks := func(a documented) bool {
			return slices.Contains(lacking[name], a.token) || name == "set" && !kvserver.Expires(engine) && slices.Contains([]string{"EX", "PX"}, a.token)
		}
		redis.arguments = slices.DeleteFunc(slices.Clone(redis.arguments), lacks)
		for i := range redis.arguments {
			redis.arguments[i].of = slices.DeleteFunc(slices.Clone(redis.arguments[i].of), lacks)
		}
		if !known || fmt.Sprint(kv) != fmt.Sprint(redis) {
			t.Errorf("%s: Redis says %v, kvserver %v", name, redis, kv)
		}
	}
	if len(got) < 40 {
		t.Errorf("%d commands have docs", len(got))
	}
}

// A documented is a command or an argument: what COMMAND DOCS says of it, but for texts
// and history.
type documented struct {
	group, name, kind, token, flags string
	arguments, of                   []documented
}

// docs returns all commands and subcommands.
func docs(t *testing.T, address string) map[string]documented {
	t.Helper()
	c, err := dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	reply, err := c.do("COMMAND", "DOCS")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]documented)
	addDocs(all, elements(reply))
	return all
}

func addDocs(all map[string]documented, pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		cmd := fields(pairs[i+1])
		all[pairs[i]] = documented{group: cmd["group"], arguments: arguments(cmd["arguments"])}
		addDocs(all, elements([]byte(cmd["subcommands"])))
	}
}

// fields returns a map of version 2.
func fields(reply string) map[string]string {
	m := make(map[string]string)
	pairs := elements([]byte(reply))
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func arguments(reply string) (all []documented) {
	if reply == "" {
		return nil
	}
	for _, each := range elements([]byte(reply)) {
		a := fields(each)
		all = append(all, documented{
			name: a["name"], kind: a["type"] + a["key_spec_index"], token: a["token"],
			flags: strings.Join(elements([]byte(a["flags"])), ""), of: arguments(a["arguments"]),
		})
	}
	return all
}
