package resp

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// What has come of a command, and what describes its arguments, is charged to the last
// byte: half of it would be half of the memory.
func TestCharges(t *testing.T) {
	const budget = 8 << 20
	for _, tt := range []struct {
		name, in string
		least    int
	}{
		{"a long argument", "*2\r\n$3\r\nget\r\n$1000000\r\n" + strings.Repeat("v", 999_999), 999_999},
		{"two long arguments", command("mset", "k", strings.Repeat("v", 300_000), "l", strings.Repeat("v", 300_000)), 600_000},
		{"many arguments", command(slices.Repeat([]string{strings.Repeat("v", 100)}, 10_000)...), 10_000 * (100 + argSize)},
		{"what describes arguments", command(slices.Repeat([]string{""}, 16<<10)...), 16 << 10 * argSize},
		{"words of a line", "del" + strings.Repeat(" a", 1500) + "\r\n", 1501 * argSize},
		{"a line", strings.Repeat("a", BufferSize/2+1), BufferSize},
	} {
		b := NewBudget(budget)
		var in bytes.Buffer
		in.WriteString(tt.in)
		r := NewReader(&in, Limits{Args: 1 << 20, Bulk: 1 << 20, Command: 4 << 20, Inline: 64 << 10}, b)
		for {
			_, ok, err := r.Next()
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if ok {
				break
			}
			if err := r.Fill(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		if taken := budget - b.Left(); taken < tt.least {
			t.Errorf("%s: %d bytes are charged, want %d at least", tt.name, taken, tt.least)
		}
		if r.Release(); b.Left() != budget {
			t.Errorf("%s: %d bytes are lost", tt.name, budget-b.Left())
		}
	}
}
