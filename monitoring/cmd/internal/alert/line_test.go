package alert_test

import (
	"regexp"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
)

// A line of the log that an alert sends somebody to is one that the catalogue has.
func TestLinesAreInTheCatalogue(t *testing.T) {
	quoted := regexp.MustCompile(`\bline "([^"]+)"`)
	named := 0
	for _, a := range alert.All() {
		for _, line := range quoted.FindAllStringSubmatch(a.Summary, -1) {
			named++
			if _, ok := catalog.FindLine(line[1]); !ok {
				t.Errorf("%s names a line that there is not: %s", a.Name, a.Summary)
			}
		}
	}
	if named == 0 {
		t.Error("no alert names a line")
	}
}
