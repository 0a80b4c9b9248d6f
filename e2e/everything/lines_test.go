package everything

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// checkLines wants every line of a log to be as the catalogue says, but for those
// of the program itself. That each line of the catalogue is written is for the
// tests of the packages to see.
func checkLines(t *testing.T, text string) {
	t.Helper()
	found := make(map[string]bool)
	for b := range strings.Lines(text) {
		var line map[string]any
		if err := json.Unmarshal([]byte(b), &line); err != nil {
			t.Errorf("%v: %s", err, b)
			continue
		}
		message, _ := line[catalog.FieldMessage].(string)
		if strings.HasPrefix(message, "app ") {
			continue
		}
		if _, ok := catalog.FindLine(message); !ok {
			t.Errorf("no line of the catalogue: %s", b)
		}
		testutil.CheckLine(t, line)
		found[message] = true
	}
	for _, message := range []catalog.Message{
		catalog.OperationFailed, catalog.OperationSlow, catalog.CheckChanged, catalog.EvidenceCaptured,
		catalog.LogLinesDropped, catalog.ExportFailed, catalog.Draining,
	} {
		if !found[message] {
			t.Errorf("there is no line %q", message)
		}
	}
}
