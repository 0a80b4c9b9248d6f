package promql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	matcher = regexp.MustCompile("^([a-zA-Z_][a-zA-Z0-9_]*)\\s*(=~|!~|!=|=)\\s*(\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)*'|`[^`]*`)\\s*")
	comma   = regexp.MustCompile(`^,\s*`)
)

// ParseMatchers reads matchers as they stand between the braces of a selector:
// job="orders", env!~"dev|test". Braces around them are allowed.
func ParseMatchers(text string) ([]Matcher, error) {
	rest := strings.TrimSpace(text)
	if strings.HasPrefix(rest, "{") && strings.HasSuffix(rest, "}") {
		rest = strings.TrimSpace(rest[1 : len(rest)-1])
	}
	var all []Matcher
	for rest != "" {
		found := matcher.FindStringSubmatch(rest)
		if found == nil {
			return nil, fmt.Errorf("want label=\"value\" (or !=, =~, !~) at %q", rest)
		}
		value, err := unquote(found[3])
		if err != nil {
			return nil, fmt.Errorf("the value of %s is not quoted as Prometheus wants it: %s", found[1], found[3])
		}
		m := Matcher{found[1], found[2], value}
		if m.Label == "__name__" {
			return nil, fmt.Errorf("%s: the rules choose the metrics themselves", m)
		}
		if strings.HasSuffix(m.Operator, "~") {
			if _, err := regexp.Compile("^(?:" + value + ")$"); err != nil {
				return nil, fmt.Errorf("%s: %w", m, err)
			}
		}
		all = append(all, m)
		rest = rest[len(found[0]):]
		if rest == "" {
			break
		}
		between := comma.FindString(rest)
		if between == "" {
			return nil, fmt.Errorf("want a comma at %q", rest)
		}
		rest = rest[len(between):]
	}
	return all, nil
}

func unquote(text string) (string, error) {
	if strings.HasPrefix(text, "'") {
		text = `"` + strings.ReplaceAll(strings.ReplaceAll(text[1:len(text)-1], `\'`, `'`), `"`, `\"`) + `"`
	}
	return strconv.Unquote(text)
}
