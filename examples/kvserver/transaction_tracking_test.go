package main

import (
	"regexp"
	"testing"
)

// A transaction tells of what it wrote when it is done, and what it read is in the
// client's cache, as with Redis. Only what it wrote and read is told of once more: the
// client drops what it need not.
func TestTrackingOfTransactions(t *testing.T) {
	r := startRedis(t)
	numbers := regexp.MustCompile(`:\d+`) // among them are those of clients
	for name, lines := range map[string][]string{
		"reads":  {"a client tracking on", "a multi", "a get k", "b set k 1", "a exec", "b set k 2", "b set k 3", "a watch w", "b set w 1", "a unwatch", "b set w 2"},
		"writes": {"a client tracking on", "a mget k l", "b multi", "b set k 3", "b set l 1", "b set n 1", "b exec", "a get k", "b multi", "b set k 1", "b discard", "b set k 2"},
		"own":    {"a client tracking on", "a get k", "a multi", "a set k 5", "a exec", "b set k 6", "a get k", "b set k 7", "a get k", "a multi", "a set k 5", "a exec", "b set k 7"},
		"optin": {
			"a client tracking on optin", "a client caching yes", "a multi", "a get m", "a get n", "a exec", "b set m 1", "b set n 1", "a get m", "b set m 2",
			"a multi", "a get m", "a exec", "b set m 3", "a client caching yes", "a multi", "a get m", "a foo", "a exec", "a get m", "b set m 3",
		},
		"bcast":  {"a client tracking on bcast prefix u:", "b multi", "b set u:1 1", "b set v:1 1", "b exec", "a multi", "a set u:1 2", "a exec"},
		"noloop": {"a client tracking on noloop", "a get k", "a multi", "a set k 1", "a exec", "b set k 2", "a get k", "b multi", "b set k 3", "b exec"},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			s := start(t, memory(t))
			ours, theirs := newConversation(s.dial(), s.dial()), newConversation(r.dial(), r.dial())
			defer theirs.say("b flushall")
			for _, line := range lines {
				got, want := numbers.ReplaceAllString(ours.say(line), ":n"), numbers.ReplaceAllString(theirs.say(line), ":n")
				if got != want {
					t.Errorf("%q:\n got %s\nwant %s", line, got, want)
				}
			}
		})
	}
}
