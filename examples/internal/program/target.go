package program

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

// PasswordVariable names the password of a server that is not in its address, as redis-cli has
// it. A flag would show it to whoever lists processes.
const PasswordVariable = "REDISCLI_AUTH"

// A Target is the server behind an engine that is not in this process.
type Target struct {
	Addresses string // one or several, or a URL
	Master    string // the name of a primary, which sentinels at the addresses know
	Heartbeat string // a key by which lags of replicas are measured
}

// Flags adds what a user says of a target.
func (t *Target) Flags(flags *flag.FlagSet) {
	flags.StringVar(&t.Addresses, "target", "", "the server of engine redis, an `address`: host:port, redis://[user[:password]@]host:port[/database], rediss:// for TLS, unix://path, or several host:port with commas, which are nodes of a cluster or, with -master, sentinels; a password can be in the variable "+PasswordVariable+", too")
	flags.StringVar(&t.Master, "master", "", "the `name` of the primary that the sentinels of -target know")
	flags.StringVar(&t.Heartbeat, "heartbeat", "", "with engine redis, count up this `key` on the primary each second and read it on the replicas, so that their lags are measured and /readyz looks at them; without it, lags are what the primary tells, and /readyz does not")
}

// Check returns what does not go together, in one line for the user. Remote says that the
// engine is a server.
func (t Target) Check(engine string, remote bool) error {
	switch {
	case remote && t.Addresses == "":
		return fmt.Errorf("-engine: engine %s is a server: say where with -target, as 127.0.0.1:6379", engine)
	case remote:
		return nil
	}
	for _, f := range []struct{ name, value string }{{"-target", t.Addresses}, {"-master", t.Master}, {"-heartbeat", t.Heartbeat}} {
		if f.value != "" {
			return fmt.Errorf("%s: engine %s is in this program: leave the flag out", f.name, engine)
		}
	}
	return nil
}

// Password returns that of the variable.
func (t Target) Password() string { return os.Getenv(PasswordVariable) }

// String returns where the server is, without what a URL says of users and passwords. What
// cannot be read is not shown, as it may be a password.
func (t Target) String() string {
	if !strings.Contains(t.Addresses, "://") {
		if strings.Contains(t.Addresses, "@") {
			return "the address of -target"
		}
		return t.Addresses
	}
	u, err := url.Parse(t.Addresses)
	if err != nil || u.Host == "" && u.Path == "" {
		return "the address of -target"
	}
	if u.Host == "" {
		return u.Path
	}
	return u.Host
}

// OpenError says what to do about a server that could not be reached, or is another one
// than the user thought.
func (t Target) OpenError(err error) error {
	advice := "see what it logs"
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case untrusted:
		advice = "let this machine trust who signed its certificate, on Linux with the file that SSL_CERT_FILE names, or look at -target"
	case errors.Is(err, kvdb.ErrInvalidArgument):
		advice = "look at -target, -master and " + PasswordVariable
	case errors.Is(err, kvdb.ErrUnavailable):
		advice = "start it there, or look at -target"
	}
	return fmt.Errorf("cannot open the store at %s: %w: %s", t, err, advice)
}
