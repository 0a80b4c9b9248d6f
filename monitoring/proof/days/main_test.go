package days_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

// limit is how long the days may take together, where changes are checked: nobody waits for more.
const limit = 3 * time.Minute

func TestMain(m *testing.M) {
	began := time.Now()
	status := m.Run()
	took := time.Since(began).Round(time.Second)
	if all := flag.Lookup("test.run").Value.String() == ""; all && took > limit && os.Getenv("OTELKV_E2E") == "required" {
		fmt.Fprintf(os.Stderr, "the days took %v, want at most %v\n", took, limit)
		status = max(status, 1)
	}
	os.Exit(status)
}
