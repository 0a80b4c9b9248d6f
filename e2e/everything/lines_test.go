package everything

import (
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// checkLines wants every line of a log to be as the catalogue says, but for those
// of the program itself. That each line of the catalogue is written is for the
// tests of the packages to see.
func checkLines(t *testing.T, text string) {
	t.Helper()
	found := testutil.CheckLog(t, text)
	for _, message := range []catalog.Message{
		catalog.OperationFailed, catalog.OperationSlow, catalog.CheckChanged, catalog.EvidenceCaptured,
		catalog.LogLinesDropped, catalog.ExportFailed, catalog.Draining,
	} {
		if !found[message] {
			t.Errorf("there is no line %q", message)
		}
	}
}
