package environment

import (
	"errors"
	"iter"
	"net/url"
	"strings"
)

// pairs returns those of a list, with their places. An empty one, as after a comma
// at the end, is none, in every variable.
func pairs(list string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, pair := range strings.Split(list, ",") {
			if strings.TrimSpace(pair) != "" && !yield(i, pair) {
				return
			}
		}
	}
}

// splitPair splits key=value with a percent-encoded value. Its errors show
// neither: the value may be a credential and, where a header is written with a
// colon, so may what is before the sign.
func splitPair(pair string) (key, value string, err error) {
	key, value, found := strings.Cut(pair, "=")
	key = strings.TrimSpace(key)
	if !found || key == "" {
		return "", "", errors.New("not a list of key=value pairs")
	}
	value, err = url.PathUnescape(strings.TrimSpace(value))
	if err != nil {
		return "", "", errors.New("a value is not percent-encoded properly")
	}
	return key, value, nil
}
