package fault

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// BuildDir is where the external tests build the programs.
var BuildDir string

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if BuildDir != "" {
			_ = os.RemoveAll(BuildDir)
		}
		os.Exit(code)
	}))
}
