package dashboard_test

import (
	"regexp"
	"strings"
)

// A selector chooses series within a query.
type selector struct {
	name     string
	matchers []string // label, operator and value
	window   string   // of a range, without brackets
	function string   // that is applied to the range
}

var (
	selecting = regexp.MustCompile(`(?:([a-z_]+)\((?:[0-9.]+, )?)?([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}(?:\[([^\]]*)\])?`)
	matching  = regexp.MustCompile(`([a-z_]+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"`)
	grouping  = regexp.MustCompile(`(?:by|on|group_left|group_right) \(([^)]*)\)`)
)

// selectors are all of a query.
func selectors(expr string) (all []selector) {
	for _, m := range selecting.FindAllStringSubmatch(expr, -1) {
		all = append(all, selector{function: m[1], name: m[2], matchers: matching.FindAllString(m[3], -1), window: m[4]})
	}
	return all
}

// has reports whether series are chosen by a matcher.
func (s selector) has(matcher string) bool {
	for _, m := range s.matchers {
		if m == matcher {
			return true
		}
	}
	return false
}

// labels are those that the series are chosen by.
func (s selector) labels() (all []string) {
	for _, m := range s.matchers {
		all = append(all, m[:strings.IndexAny(m, "=!")])
	}
	return all
}

// kept are labels by which a query groups, so that its answer can have them.
func kept(expr string) map[string]bool {
	all := make(map[string]bool)
	for _, m := range grouping.FindAllStringSubmatch(expr, -1) {
		for l := range strings.SplitSeq(m[1], ", ") {
			all[l] = true
		}
	}
	return all
}
