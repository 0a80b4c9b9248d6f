package environment

import (
	"fmt"
	"strings"
	"unicode"
)

// checkHeaders refuses what would be refused again with each request. It says
// which header it is by its place (see splitPair).
func checkHeaders(list string) error {
	for i, pair := range pairs(list) {
		key, value, err := splitPair(pair)
		switch {
		case err != nil:
			return fmt.Errorf("header %d: %w", i+1, err)
		case strings.ContainsFunc(key, func(r rune) bool {
			return r <= ' ' || r >= unicode.MaxASCII || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
		}):
			return fmt.Errorf("header %d: its name has a character that none can have; headers are name=value,name=value", i+1)
		case strings.ContainsFunc(value, unicode.IsControl):
			return fmt.Errorf("header %d: its value has a control character", i+1)
		}
	}
	return nil
}

// checkMetadata is checkHeaders for gRPC, which allows less and fails each call
// over the rest.
func checkMetadata(list string) error {
	if err := checkHeaders(list); err != nil {
		return err
	}
	for i, pair := range pairs(list) {
		key, value, _ := splitPair(pair)
		switch {
		case strings.ContainsFunc(key, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
		}):
			return fmt.Errorf("header %d: its name has a character that gRPC does not know", i+1)
		case !strings.HasSuffix(key, "-bin") && strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
			return fmt.Errorf("header %d: its value is not ASCII, as gRPC has it", i+1)
		}
	}
	return nil
}
