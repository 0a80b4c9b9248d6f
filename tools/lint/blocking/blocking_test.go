package blocking

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
)

func TestLockHeld(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), LockHeld, own+"/below", own+"/locks")
}

func TestCloseLimit(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), CloseLimit, own+"/closes")
}
