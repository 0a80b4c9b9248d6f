package tracking

import (
	"fmt"
	"strconv"
	"strings"
)

// Options are how a client tracks.
type Options struct {
	Broadcast     bool     // BCAST: all keys with the prefixes, read or not
	Prefixes      []string // of BCAST; none are all keys
	OptIn, OptOut bool     // only after CLIENT CACHING YES, or but after NO
	NoLoop        bool     // not of what the client changes itself
}

// An Error is a mistake of a client in the words that Redis has for it, without ERR.
type Error string

// Error returns the text.
func (e Error) Error() string { return string(e) }

const (
	errNoClient        = Error("no connection to track")
	errSyntax          = Error("syntax error")
	errNotInteger      = Error("value is not an integer or out of range")
	errRedirectTwice   = Error("A client can only redirect to a single other client")
	errRedirect        = Error("CLIENT TRACKING with REDIRECT is not supported: track on the connection that reads, after HELLO 3")
	errPrefixAlone     = Error("PREFIX option requires BCAST mode to be enabled")
	errSwitchBroadcast = Error("You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.")
	errBroadcastOpt    = Error("OPTIN and OPTOUT are not compatible with BCAST")
	errBothOpt         = Error("You can't specify both OPTIN mode and OPTOUT mode")
	errSwitchOpt       = Error("You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.")
	errTooManyPrefixes = Error("too many prefixes of all clients: use fewer or shorter ones")

	errNotOptional = Error("CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled")
	errOnlyOptIn   = Error("CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.")
	errOnlyOptOut  = Error("CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.")
)

// Parse reads the arguments of CLIENT TRACKING: ON or OFF, and options. An error is
// for the client.
func Parse(args [][]byte) (o Options, on bool, err error) {
	if len(args) == 0 {
		return o, false, errSyntax
	}
	redirect := false
	for i := 1; i < len(args); i++ {
		last := i == len(args)-1
		switch option := strings.ToUpper(string(args[i])); {
		case option == "REDIRECT" && !last:
			i++
			if redirect {
				return o, false, errRedirectTwice
			}
			if _, err := strconv.ParseInt(string(args[i]), 10, 64); err != nil {
				return o, false, errNotInteger
			}
			redirect = true
		case option == "BCAST":
			o.Broadcast = true
		case option == "OPTIN":
			o.OptIn = true
		case option == "OPTOUT":
			o.OptOut = true
		case option == "NOLOOP":
			o.NoLoop = true
		case option == "PREFIX" && !last:
			i++
			o.Prefixes = append(o.Prefixes, string(args[i]))
		default:
			return o, false, errSyntax
		}
	}
	switch strings.ToUpper(string(args[0])) {
	case "OFF":
		return Options{}, false, nil
	case "ON":
		if redirect {
			return o, false, errRedirect
		}
		return o, true, nil
	}
	return o, false, errSyntax
}

// check compares options with one another and with those that hold so far, in the
// order of Redis.
func (o *Options) check(on bool, before Options, limit int) error {
	switch {
	case !o.Broadcast && len(o.Prefixes) > 0:
		return errPrefixAlone
	case on && o.Broadcast != before.Broadcast:
		return errSwitchBroadcast
	case o.Broadcast && (o.OptIn || o.OptOut):
		return errBroadcastOpt
	case o.OptIn && o.OptOut:
		return errBothOpt
	case o.OptIn && before.OptOut, o.OptOut && before.OptIn:
		return errSwitchOpt
	case len(o.Prefixes) > limit: // and comparing them takes the square
		return errTooManyPrefixes
	}
	for i, a := range o.Prefixes {
		for _, b := range before.Prefixes {
			if overlap(a, b) {
				return Error(fmt.Sprintf("Prefix '%s' overlaps with an existing prefix '%s'. Prefixes for a single client must not overlap.", a, b))
			}
		}
		for _, b := range o.Prefixes[i+1:] {
			if overlap(a, b) {
				return Error(fmt.Sprintf("Prefix '%s' overlaps with another provided prefix '%s'. Prefixes for a single client must not overlap.", a, b))
			}
		}
	}
	return nil
}

func overlap(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

// prefixes returns those that broadcasting is about.
func (o *Options) prefixes() []string {
	if o.Broadcast && len(o.Prefixes) == 0 {
		return []string{""}
	}
	return o.Prefixes
}

// remembers reports whether keys that are read are entered.
func (o *Options) remembers(caching bool) bool {
	switch {
	case o.Broadcast, o.OptIn && !caching, o.OptOut && caching:
		return false
	}
	return true
}
