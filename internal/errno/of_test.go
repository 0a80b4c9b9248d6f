package errno

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Each number is of the first condition that has it, on every system.
func TestOf(t *testing.T) {
	for name, table := range map[string]*table{"by name": &portable, "of Windows": &winerror, "on Windows": &onWindows} {
		for c := range conditions {
			for _, number := range table[c] {
				want := c
				for earlier := range c {
					if slices.Contains(table[earlier], number) {
						want = earlier
						break
					}
				}
				if got, ok := table.of(number); got != want || !ok {
					t.Errorf("%s: %d is condition %d, %t, want %d", name, number, got, ok, want)
				}
			}
		}
	}
	for name, tc := range map[string]struct {
		table  *table
		number syscall.Errno
		want   Condition
		ok     bool
	}{
		"no error":                           {&onWindows, 0, 0, false},
		"a number that nobody has":           {&onWindows, 9999, 0, false},
		"a file that is missing":             {&portable, syscall.ENOENT, 0, false},
		"a disk that is full":                {&portable, syscall.ENOSPC, NoSpace, true},
		"a disk that is full, on Windows":    {&winerror, 112, NoSpace, true},
		"Go's own number, on Windows":        {&onWindows, syscall.ENOSPC, NoSpace, true},
		"read-only, which cannot be flushed": {&portable, syscall.EROFS, ReadOnly, true},
		"a pipe that is broken, on Windows":  {&winerror, 109, Reset, true},
		"a console, on Windows":              {&winerror, 5, Unsyncable, true},
		"a lock":                             {&portable, syscall.EWOULDBLOCK, Locked, true},
		"the other lock, on Windows":         {&winerror, 33, Locked, true},
	} {
		if got, ok := tc.table.of(tc.number); got != tc.want || ok != tc.ok {
			t.Errorf("%s: %d, %t, want %d, %t", name, got, ok, tc.want, tc.ok)
		}
	}
	if got, ok := Of(syscall.EADDRINUSE); got != AddressInUse || !ok {
		t.Errorf("an address in use is condition %d, %t", got, ok)
	}
}

// What each condition is called on this system is found in a text, and what is not in
// it is not.
func TestIsInEveryText(t *testing.T) {
	for c := range conditions {
		for _, number := range Numbers(c) {
			text := fmt.Sprintf("engine: it failed: %s (a retry may help)", number.Error())
			if !IsIn(text, c) {
				t.Errorf("%q is not condition %d", text, c)
			}
			if IsIn(strings.ToUpper(text), c) || IsIn(text[:20], c) {
				t.Errorf("condition %d is found in what does not say it", c)
			}
		}
		if !slices.Equal(Numbers(c), ours()[c]) || len(Numbers(c)) == 0 {
			t.Errorf("condition %d has %d", c, Numbers(c))
		}
	}
}

// foreign is an error of a library that says itself what it is.
type foreign struct{ is error }

func (foreign) Error() string          { return "foreign" }
func (f foreign) Is(target error) bool { return target == f.is }

func TestIsOfForeignErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"one that says so":         {foreign{syscall.ENOSPC}, true},
		"one that says another":    {foreign{syscall.EROFS}, false},
		"one that says nothing":    {foreign{}, false},
		"deep in a tree":           {fmt.Errorf("a: %w, %w", errors.New("b"), errors.Join(nil, foreign{syscall.EDQUOT})), true},
		"words alone":              {errors.New(syscall.ENOSPC.Error()), false},
		"wrapped without a %w":     {fmt.Errorf("a: %v", syscall.ENOSPC), false},
		"a pointer to what it was": {&foreign{syscall.EFBIG}, true},
	} {
		if got := Is(tc.err, NoSpace); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
