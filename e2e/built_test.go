package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A tool is a server that a module under tools builds. Go's build cache keeps
// the executable.
type tool struct {
	path func() (string, error)
}

var (
	victoriaLogsTool = newTool("victorialogs", "victoria-logs")
	otelcolTool      = newTool("otelcol", "otelcol")
	prometheusTool   = newTool("prometheus", "prometheus")
)

func newTool(module, name string) tool {
	return tool{sync.OnceValues(func() (string, error) {
		cmd := exec.Command("go", "tool", "-n", name)
		cmd.Dir = filepath.Join("..", "tools", module)
		cmd.Env = append(os.Environ(), "GOWORK=off")
		var stderr process.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("building %s: %w: %s", name, err, stderr.Tail(2000))
		}
		return strings.TrimSpace(string(out)), nil
	})}
}

// built returns the path of the program, or ends the test when it cannot be
// built, for want of a network as a rule.
func (s tool) built(t *testing.T) string {
	t.Helper()
	path, err := s.path()
	if err != nil {
		process.Missing(t, err.Error())
	}
	return path
}
