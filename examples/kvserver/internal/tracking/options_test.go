package tracking_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

// The texts of Redis 7.0.15, but for REDIRECT and limits.
func TestOptions(t *testing.T) {
	const (
		overlap  = "Prefixes for a single client must not overlap."
		reenable = "before disabling tracking for this client, and then re-enabling it with a different mode."
	)
	for _, tt := range []struct {
		before, args, want string
	}{
		{"", "on", ""},
		{"", "ON", ""},
		{"", "on bcast PREFIX a prefix b noloop", ""},
		{"", "off foo", "syntax error"},
		{"", "off prefix a", ""},
		{"", "", "syntax error"},
		{"", "on foo", "syntax error"},
		{"", "foo", "syntax error"},
		{"", "on bcast prefix", "syntax error"},
		{"", "on redirect", "syntax error"},
		{"", "on redirect x", "value is not an integer or out of range"},
		{"", "on redirect 3 redirect 3", "A client can only redirect to a single other client"},
		{"", "on redirect 3", "CLIENT TRACKING with REDIRECT is not supported: track on the connection that reads, after HELLO 3"},
		{"", "off redirect 3", ""},
		{"", "on prefix a", "PREFIX option requires BCAST mode to be enabled"},
		{"", "on optin optout", "You can't specify both OPTIN mode and OPTOUT mode"},
		{"", "on bcast optin", "OPTIN and OPTOUT are not compatible with BCAST"},
		{"", "on bcast optout", "OPTIN and OPTOUT are not compatible with BCAST"},
		{"", "on bcast prefix foo prefix foobar", "Prefix 'foo' overlaps with another provided prefix 'foobar'. " + overlap},
		{"", "on bcast prefix foobar prefix foo", "Prefix 'foobar' overlaps with another provided prefix 'foo'. " + overlap},
		{"", "on bcast prefix a prefix foo prefix fo", "Prefix 'foo' overlaps with another provided prefix 'fo'. " + overlap},
		{"", "on bcast prefix a prefix a", "Prefix 'a' overlaps with another provided prefix 'a'. " + overlap},
		{"on bcast prefix fo", "on bcast prefix x prefix foo", "Prefix 'foo' overlaps with an existing prefix 'fo'. " + overlap},
		{"on bcast prefix fo", "on bcast prefix fo", "Prefix 'fo' overlaps with an existing prefix 'fo'. " + overlap},
		{"on bcast", "on bcast prefix a", "Prefix 'a' overlaps with an existing prefix ''. " + overlap},
		{"on bcast", "on bcast", ""},
		{"on bcast", "on", "You can't switch BCAST mode on/off " + reenable},
		{"on", "on bcast", "You can't switch BCAST mode on/off " + reenable},
		{"on optin", "on optout", "You can't switch OPTIN/OPTOUT mode " + reenable},
		{"on optout", "on optin", "You can't switch OPTIN/OPTOUT mode " + reenable},
		{"on optin", "on", ""},
		{"on optin noloop", "on optin", ""},
		{"", "on bcast" + distinct(1025), "too many prefixes of all clients: use fewer or shorter ones"},
	} {
		h := newHouse(t, testLimits)
		g := h.guest()
		if tt.before != "" {
			if err := g.track(tt.before); err != nil {
				t.Fatal(err)
			}
		}
		before := fmt.Sprint(g.Info())
		got := ""
		if err := g.track(tt.args); err != nil {
			got = err.Error()
			if after := fmt.Sprint(g.Info()); after != before {
				t.Errorf("%.40q was refused and has changed %s to %s", tt.args, before, after)
			}
		}
		if got != tt.want {
			t.Errorf("after %q, %.40q: %q, want %q", tt.before, tt.args, got, tt.want)
		}
		h.empty()
	}
}

func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " prefix %04d", i)
	}
	return b.String()
}

func TestInfo(t *testing.T) {
	for _, tt := range []struct {
		args    []string
		caching string
		want    string
	}{
		{nil, "", "{[off] -1 []}"},
		{[]string{"on"}, "", "{[on] 0 []}"},
		{[]string{"on noloop"}, "", "{[on noloop] 0 []}"},
		{[]string{"on optin"}, "", "{[on optin] 0 []}"},
		{[]string{"on optin"}, "YES", "{[on optin caching-yes] 0 []}"},
		{[]string{"on noloop optout"}, "no", "{[on optout caching-no noloop] 0 []}"},
		{[]string{"on bcast prefix foo prefix bar", "on bcast prefix a"}, "", "{[on bcast] 0 [a bar foo]}"},
		{[]string{"on bcast"}, "", "{[on bcast] 0 []}"}, // one, which is empty
		{[]string{"on optin", "on"}, "", "{[on] 0 []}"},
		{[]string{"on optin", "off"}, "", "{[off] -1 []}"},
	} {
		g := newHouse(t, testLimits).guest(tt.args...)
		for _, args := range tt.args[min(1, len(tt.args)):] {
			if err := g.track(args); err != nil {
				t.Error(err)
			}
		}
		if tt.caching != "" {
			if err := g.Caching([]byte(tt.caching)); err != nil {
				t.Error(err)
			}
		}
		if got := fmt.Sprint(g.Info()); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.args, got, tt.want)
		}
	}
}

func TestCaching(t *testing.T) {
	const optional = "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled"
	for _, tt := range []struct {
		mode, yes, no, other string
	}{
		{"off", optional, optional, optional},
		{"on", optional, optional, optional},
		{"on bcast", optional, optional, optional},
		{"on optin", "", "CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.", "syntax error"},
		{"on optout", "CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.", "", "syntax error"},
	} {
		g := newHouse(t, testLimits).guest(tt.mode)
		for word, want := range map[string]string{"yes": tt.yes, "NO": tt.no, "foo": tt.other} {
			got := ""
			if err := g.Caching([]byte(word)); err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("%s, caching %s: %q, want %q", tt.mode, word, got, want)
			}
		}
	}
}

// What clients send is not to be trusted.
func FuzzParse(f *testing.F) {
	f.Add("on bcast prefix a prefix b")
	f.Add("off redirect 12 optin noloop optout")
	f.Fuzz(func(t *testing.T, args string) {
		h := newHouse(t, testLimits)
		_ = h.guest().track(args)
		h.clients[0].write("abc")
		h.empty()
	})
}

var _ error = tracking.Error("")
