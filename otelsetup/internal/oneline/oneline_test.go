package oneline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

func TestErrors(t *testing.T) {
	var many prometheus.MultiError
	for i := range 1000 {
		many = append(many, fmt.Errorf("series %d: %s\nstack", i, strings.Repeat("é", 500)))
	}
	text, n := oneline.Errors(fmt.Errorf("gathering: %w", many))
	if n != 1000 || !strings.HasSuffix(text, "; and 997 more") ||
		strings.Contains(text, "\n") || strings.ContainsRune(text, '\uFFFD') || len(text) > 1100 {
		t.Errorf("%d errors: %q", n, text)
	}
	for _, tt := range []struct {
		err  error
		text string
		n    int
	}{
		{errors.New("one"), "one", 1},
		{errors.Join(errors.New("one"), errors.New("two")), "one; two", 2},
		{errors.New("first\nsecond"), "first …", 1},
	} {
		if text, n := oneline.Errors(tt.err); text != tt.text || n != tt.n {
			t.Errorf("Errors(%q) = %q, %d", tt.err, text, n)
		}
	}
}
