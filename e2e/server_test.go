package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// launch runs a command until the end of the test. The lines of an example program
// are held to the catalogue.
func launch(t *testing.T, cmd *exec.Cmd) *process.Process {
	t.Helper()
	var p *process.Process
	t.Cleanup(func() { // when it has been stopped
		if p != nil && strings.HasSuffix(cmd.Path, ".exe") { // as we call what we build
			testutil.CheckLog(t, p.Stdout.String())
		}
	})
	p = process.Start(t, cmd)
	return p
}
