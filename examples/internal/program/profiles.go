package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/pprofx"
)

// TokenVariable names the token that lets other machines read profiles. A flag
// would show it to whoever lists processes.
const TokenVariable = "OTELKV_PPROF_TOKEN" //nolint:gosec // its name

// Profiles serve a program's profiles, and leave evidence of slow operations and
// failing checks in a directory. Nil ones are turned off.
type Profiles struct {
	dir      string
	profiler *pprofx.Profiler
	probes   atomic.Pointer[health.Health]
}

// CheckProfiles returns what is wrong with an address for StartProfiles, in one
// line for the user.
func (a Address) CheckProfiles() error {
	if a.HostPort == "" || strings.HasPrefix(a.HostPort, "unix:") {
		return nil
	}
	return a.Check()
}

// StartProfiles serves profiles on a, which may be unix:/path, until Close. An
// empty address turns them off. Evidence goes to the directory profiles in dir;
// an empty dir has none. What is true of default addresses for Listen is true here.
func StartProfiles(a Address, name, dir string, logger *zap.Logger, meters metric.MeterProvider, stderr io.Writer) (*Profiles, error) {
	if a.HostPort == "" {
		return nil, nil
	}
	p := new(Profiles)
	options := []pprofx.Option{
		pprofx.WithLogger(logger),
		pprofx.WithMeterProvider(meters),
		pprofx.WithLabels(instrument.ProfilerLabels{}),
		pprofx.WithHealthReport(p.healthReport),
	}
	if token := os.Getenv(TokenVariable); token != "" {
		options = append(options, pprofx.WithToken(token))
	}
	if dir != "" {
		p.dir = filepath.Join(dir, "profiles")
		options = append(options, pprofx.WithDirectory(p.dir))
	}
	start := func(address string) (err error) {
		p.profiler, err = pprofx.Start(append(options[:len(options):len(options)], pprofx.WithAddress(address))...)
		return err
	}
	err := start(a.HostPort)
	if err != nil && !a.Given {
		host, _, _ := net.SplitHostPort(a.HostPort)
		if start(net.JoinHostPort(host, "0")) == nil {
			fmt.Fprintf(stderr, "%s: %v; using %s instead (choose one with %s)\n", name, err, p.profiler.Addr(), a.Flag)
			return p, nil
		}
	}
	if err != nil {
		return nil, a.profilesError(err)
	}
	return p, nil
}

// profilesError says what to do about profiles that do not start.
func (a Address) profilesError(err error) error {
	var listening *net.OpError
	var file *fs.PathError
	switch {
	case errors.Is(err, pprofx.ErrCredentials):
		return fmt.Errorf("%s: %w; this program takes the token from the variable %s", a.Flag, err, TokenVariable)
	case errors.As(err, &listening):
		return fmt.Errorf("%s: %w: choose another address, or port 0 for a free one", a.Flag, err)
	case errors.As(err, &file):
		return fmt.Errorf("%w: name a directory that can be written to with -dir", err)
	}
	return fmt.Errorf("%s: %w", a.Flag, err)
}

// Greeting returns lines that tell a person where profiles and evidence are.
func (p *Profiles) Greeting() string {
	if p == nil {
		return ""
	}
	at := p.profiler.Addr()
	lines := "  http://" + Reachable(at) + "/debug/pprof/   profiles\n"
	if at.Network() == "unix" {
		lines = "  curl --unix-socket " + at.String() + " http://localhost/debug/pprof/   profiles\n"
	}
	if p.dir != "" {
		lines += "  " + p.dir + "   evidence of what was slow or failed\n"
	}
	return lines
}

// Dir returns where evidence goes, empty when there is none.
func (p *Profiles) Dir() string {
	if p == nil {
		return ""
	}
	return p.dir
}

// OnSlow is a hook for instrument.WithOnSlow: the path of the evidence stands
// in the operation's span and line.
func (p *Profiles) OnSlow(ctx context.Context, s instrument.SlowOperation) string {
	if p == nil {
		return ""
	}
	return p.profiler.OnSlow(ctx, s.Operation, s.Duration)
}

// OnTransition is a hook for health.WithOnTransition.
func (p *Profiles) OnTransition(ctx context.Context, t health.Transition) {
	if p == nil {
		return
	}
	p.profiler.OnTransition(ctx, pprofx.Transition{
		Check: t.Name, Liveness: t.Kind&health.Liveness != 0, WasOK: t.From.OK(), OK: t.Status.OK(),
	})
}

// Close waits for what is being written.
func (p *Profiles) Close() error {
	if p == nil {
		return nil
	}
	return p.profiler.Close()
}
