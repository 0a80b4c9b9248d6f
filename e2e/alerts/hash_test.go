package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:8]
}

// hashes are those of the rules of each alert, and of what these record for it.
func hashes(t *testing.T) map[string]string {
	t.Helper()
	groups, err := generate.Rules(parameters())
	if err != nil {
		t.Fatal(err)
	}
	records, texts := make(map[string]string), make(map[string]string)
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Record != "" {
				records[r.Record] = r.Expr
			}
		}
	}
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert != "" {
				texts[r.Alert] += fmt.Sprintln(r.Severity(), r.For, r.KeepFiringFor, whole(r.Expr, records))
			}
		}
	}
	all := make(map[string]string)
	for name, text := range texts {
		all[name] = short(text)
	}
	return all
}

var recorded = regexp.MustCompile(`\w+:\w+:\w+`)

// whole is an expression with those of the series that it reads.
func whole(expr string, records map[string]string) string {
	found := recorded.FindAllString(expr, -1)
	slices.Sort(found)
	for _, name := range slices.Compact(found) {
		expr += "\n" + name + " " + whole(records[name], records)
	}
	return expr
}

// managerHash is that of alertmanager.yaml.
func managerHash(t *testing.T) string {
	t.Helper()
	files, err := generate.Files(parameters())
	if err != nil {
		t.Fatal(err)
	}
	return short(files[slices.IndexFunc(files, func(f generate.File) bool { return f.Name == configuration })].Text)
}

// managerInTable is the one that the rows of the table are of.
func managerInTable(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "That of alertmanager.yaml began with `")
	hash, _, _ := strings.Cut(after, "`")
	return hash
}

// outdated are alerts, and files, that have changed since the run that the table is of, and have
// not arrived as they are now. A run with -args -arrival -update makes this list empty.
var outdated []string

const configuration = "alertmanager.yaml"

// TestTableIsOfTheseRules: what arrived, arrived by the rules and the configuration that ship.
func TestTableIsOfTheseRules(t *testing.T) {
	now, then := hashes(t), map[string][]string{configuration: {managerInTable(t)}}
	now[configuration] = managerHash(t)
	for _, row := range readTable(t) {
		then[row[0]] = append(then[row[0]], strings.Trim(row[len(row)-1], "`"))
	}
	for name, all := range then {
		changed := slices.ContainsFunc(all, func(hash string) bool { return hash != now[name] })
		switch {
		case changed && !slices.Contains(outdated, name):
			t.Errorf("%s arrived by %v, and is %s now: make the table again, with -args -arrival -update, or name it among the outdated", name, all, now[name])
		case !changed && slices.Contains(outdated, name):
			t.Errorf("%s is not outdated any more", name)
		}
	}
}
