package program

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

// TokenVariable names the token that lets other machines read profiles. A flag
// would show it to whoever lists processes.
const TokenVariable = "OTELKV_PPROF_TOKEN" //nolint:gosec // its name

// CheckProfiles returns what is wrong with an address for Profiles, in one line
// for the user.
func (a Address) CheckProfiles() error {
	if a.HostPort == "" || strings.HasPrefix(a.HostPort, "unix:") {
		return nil
	}
	return a.Check()
}

// Evidence returns the directory for evidence beside a store in dir, empty when
// profiles are off or there is no dir.
func (a Address) Evidence(dir string) string {
	if a.HostPort == "" || dir == "" {
		return ""
	}
	return filepath.Join(dir, "profiles")
}

// Profiles returns the options for profiles at a, which may be unix:/path, and for
// evidence beside a store in dir. An empty address turns both off. What is true of
// default addresses for Listen is true here.
func (a Address) Profiles(dir string) (options []observe.Option) {
	if a.Given || a.HostPort == "" {
		options = append(options, observe.WithProfiles(a.HostPort))
	}
	if evidence := a.Evidence(dir); evidence != "" {
		options = append(options, observe.WithDirectory(evidence))
	}
	if token := os.Getenv(TokenVariable); token != "" && a.HostPort != "" {
		options = append(options, observe.WithProfilerOptions(pprofx.WithToken(token)))
	}
	return options
}

// KeepProfiles gives later processes the address of profiles.
func (l *Life) KeepProfiles(flag string, p *pprofx.Profiler) {
	switch at := p.Addr(); {
	case at == nil:
	case at.Network() == "unix":
		l.Keep(flag, "unix:"+at.String())
	default:
		l.Keep(flag, at.String())
	}
}

// ProfilesError says what to do about an error of observe.Start that is about
// profiles.
func (a Address) ProfilesError(err error) error {
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
	return err
}

// Greeting returns lines that tell a person where profiles and evidence are.
func Greeting(obs *observe.Observer, evidence string) (lines string) {
	if at := obs.Profiler().Addr(); at != nil && at.Network() == "unix" {
		lines = "  curl --unix-socket " + at.String() + " http://localhost/debug/pprof/   profiles\n"
	} else if at != nil {
		lines = "  http://" + Reachable(at) + "/debug/pprof/   profiles\n"
	}
	if evidence != "" {
		lines += "  " + evidence + "   evidence of what was slow or failed\n"
	}
	return lines
}
