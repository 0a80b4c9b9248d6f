package runbooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// A setting is where blocks are run.
type setting struct {
	*server
	*instance
	dir string // which commands are in
}

// errSilent is matched by the error of a block that was run, and had nothing to tell.
var errSilent = errors.New("no output")

// runners are what blocks are run with, by language. They return what they tell,
// and an error if that is nothing.
var runners = map[string]func(context.Context, *setting, block) (string, error){
	"promql": query,
	"sh":     command,
}

var (
	by    = regexp.MustCompile(`\bby \(([^)]*)\)`)
	moves = regexp.MustCompile(`\b(rate|increase|deriv)\(`)
)

// query wants a series about the instance that has a value, with each label by which the
// query adds up. What moves has to. An expression of the alert may hold at the scale of
// the rules alone.
func query(ctx context.Context, s *setting, b block) (string, error) {
	ours, err := s.about(ctx, b, b.text)
	if err == nil && len(ours) == 0 && b.rule {
		ours, err = s.about(ctx, b, b.scaled)
	}
	switch {
	case err != nil:
		return "", err
	case len(ours) == 0:
		return "", fmt.Errorf("%w about the instance", errSilent)
	case b.rule: // which names labels that only some deployments have
		return told(ours), nil
	}
	if moves.MatchString(b.text) && !slices.ContainsFunc(ours, func(r series) bool { return r.value() != 0 }) {
		return "", fmt.Errorf("%w but zeros", errSilent)
	}
	for _, list := range by.FindAllStringSubmatch(b.text, -1) {
		for label := range strings.SplitSeq(list[1], ", ") {
			if label != "le" && !slices.ContainsFunc(ours, func(r series) bool { return r.Metric[label] != "" }) {
				return "", fmt.Errorf("no series has the label %s", label)
			}
		}
	}
	return told(ours), nil
}

// about returns the series of a result that are about the instance and have a value.
func (s *setting) about(ctx context.Context, b block, text string) ([]series, error) {
	all, err := s.query(ctx, text)
	return slices.DeleteFunc(all, func(r series) bool {
		ours := r.Metric["job"] == s.trial.name || r.Metric["instance"] == s.address() || b.book == watchdog
		return !ours || math.IsNaN(r.value())
	}), err
}

func told(list []series) string {
	return fmt.Sprintf("%d series, %v %v", len(list), list[0].Metric, list[0].value())
}

const commandLimit = time.Minute

// command runs a block as people do who have set the variables. What fails in the midst
// of a pipe fails it, and each line that can print something has to.
func command(ctx context.Context, s *setting, b block) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	lines := strings.Split(b.text, "\n")
	cmd := exec.CommandContext(ctx, "bash", "-c", "set -eu -o pipefail\n"+strings.Join(lines, "\nprintf '"+separator+"'\n"))
	cmd.Dir, cmd.WaitDelay = s.dir, time.Second
	files, err := s.environ()
	if err != nil {
		return "", err
	}
	cmd.Env = append(append(os.Environ(), "ADMIN="+s.admin, "PPROF="+s.pprof, "LOG="+s.log,
		"TMPDIR="+s.dir, "PPROF_TMPDIR="+s.dir), files...)
	for name, server := range map[string]*redisserver.Server{"REDIS": s.trial.primary, "REPLICA": s.trial.replica} {
		if server != nil {
			cmd.Env = append(cmd.Env, name+"=redis://"+server.Address)
		}
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, tail(stderr.String()))
	}
	outs := strings.Split(stdout.String(), separator)
	for i, line := range lines {
		if !quiet.MatchString(line) && strings.TrimSpace(outs[i]) == "" {
			return "", fmt.Errorf("%w of %s %s", errSilent, line, tail(stderr.String()))
		}
	}
	return strings.Join(outs, ""), nil
}

const separator = "\x1e" // no command prints it

// quiet are lines that print nothing.
var quiet = regexp.MustCompile(`^[a-z]+=|^sleep | >\S| -o "| -o /dev/null -X`)

// tail is the end of a text, in one line.
func tail(s string) string {
	const most = 200
	s = strings.Join(strings.Fields(s), " ")
	return s[max(0, len(s)-most):]
}
