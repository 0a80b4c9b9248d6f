package days_test

import (
	"flag"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"
)

// limit is the CPU time that the days may take together, where changes are checked: three minutes
// of two cores, as nobody waits for more. On a machine that is busy they take longer, and no more of it.
const limit = 2 * 3 * time.Minute

func TestMain(m *testing.M) {
	status := m.Run()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		fmt.Fprintln(os.Stderr, "the CPU time of the days:", err)
		status = max(status, 1)
	}
	took := time.Duration(used.Utime.Nano() + used.Stime.Nano()).Round(time.Second)
	if all := flag.Lookup("test.run").Value.String() == ""; all && took > limit && os.Getenv("OTELKV_E2E") == "required" {
		fmt.Fprintf(os.Stderr, "the days took %v of CPU time, want at most %v\n", took, limit)
		status = max(status, 1)
	}
	os.Exit(status)
}
