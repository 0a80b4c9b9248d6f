package program

import (
	"bytes"
	"errors"
	"flag"
	"maps"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		args  []string
		given map[string]bool
		err   string
		says  string
	}{
		{args: nil, given: map[string]bool{}},
		{args: []string{"-rate", "2"}, given: map[string]bool{"rate": true}},
		{args: []string{"-help"}, err: flag.ErrHelp.Error(), says: "usage: shop [flags]\n  -rate int\n    \tsell so many (default 1)\n"},
		{args: []string{"-rate", "much"}, err: `invalid value "much" for flag -rate: parse error; see -help`},
		{args: []string{"-nope"}, err: "flag provided but not defined: -nope; see -help"},
		{args: []string{"now"}, err: `unexpected argument "now": there are flags only; see -help`},
	} {
		flags := flag.NewFlagSet("shop", flag.ContinueOnError)
		flags.Int("rate", 1, "sell so many")
		var stderr bytes.Buffer
		given, err := Parse(flags, tt.args, &stderr)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if !maps.Equal(given, tt.given) || text != tt.err || stderr.String() != tt.says {
			t.Errorf("%q: %v, %q, %q", tt.args, given, text, stderr.String())
		}
		if help := errors.Is(err, flag.ErrHelp); help != (tt.says != "") {
			t.Errorf("%q: asked for help: %t", tt.args, help)
		}
	}
}

func TestWarn(t *testing.T) {
	var stderr bytes.Buffer
	Warn(&stderr, "shop", errors.Join(errors.New("one"), errors.New("two")))
	if got := stderr.String(); got != "shop: one; two\n" {
		t.Errorf("%q", got)
	}
}
