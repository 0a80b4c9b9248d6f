package fault

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// BuildDir is where the external tests build the programs.
var BuildDir string

func TestMain(m *testing.M) {
	flag.Parse()
	// Programs under a fault are waited for, and use little of the processor.
	_ = flag.Set("test.parallel", "24")
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if BuildDir != "" {
			_ = os.RemoveAll(BuildDir)
		}
		os.Exit(code)
	}))
}
