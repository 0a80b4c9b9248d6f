package resp

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// Memory follows the bytes that have come, not those that are announced, and
// goes back when the command is done.
func TestMemory(t *testing.T) {
	budget := NewBudget(1 << 20)
	var in bytes.Buffer
	r := NewReader(&in, testLimits, budget)
	read := func(want int) {
		t.Helper()
		n := 0
		for {
			_, ok, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				n++
			} else if r.Fill() != nil {
				break
			}
		}
		if n != want {
			t.Fatalf("%d commands, want %d", n, want)
		}
	}
	in.WriteString("*1\r\n$65536\r\n")
	read(0)
	if left := budget.Left(); left != 1<<20 {
		t.Errorf("an announcement took %d bytes", 1<<20-left)
	}
	if !r.Partial() {
		t.Error("the command has begun, and Partial is false")
	}
	in.WriteString(strings.Repeat("v", 65530))
	read(0)
	if taken := 1<<20 - budget.Left(); taken <= 0 || taken > 64<<10+BufferSize {
		t.Errorf("%d bytes are taken for a command of 64 KiB", taken)
	}
	in.WriteString(strings.Repeat("v", 6) + "\r\n")
	read(1)
	if left := budget.Left(); left != 1<<20-BufferSize {
		t.Errorf("%d bytes are still taken after the command", 1<<20-left)
	}
	if r.Partial() {
		t.Error("the command is done, and Partial is true")
	}
	in.WriteString(command("set", "k", strings.Repeat("v", 40000)))
	in.Truncate(39000)
	read(0)
	r.Release()
	if left := budget.Left(); left != 1<<20 {
		t.Errorf("%d bytes are still taken after Release", 1<<20-left)
	}
}

// A command that does not fit is thrown away, wherever the budget runs out, and what
// comes before and behind it is read.
func TestRefused(t *testing.T) {
	const refused = "refused: not enough memory for the command: send less at once, try again later, or give the server more with -memory"
	long := strings.Repeat("v", 60000)
	for name, tt := range map[string]struct {
		in     string
		budget int
	}{
		"a long argument":          {command("set", "k", long), 50000},
		"its second half":          {command("set", "k", long), BufferSize + 40000},
		"the second of two":        {command("mset", "k", long[:40000], "l", long[:40000]), BufferSize + 70000},
		"many arguments":           {command(slices.Repeat([]string{"abc"}, 40)...), 1000},
		"many arguments, later":    {command(slices.Repeat([]string{long[:1000]}, 40)...), BufferSize + 20000},
		"more than a small buffer": {command("set", "k", long[:2000]), 0},
		"more than a buffer":       {command("set", long[:3000], long[:3000], long[:3000], long[:3000], long[:3000], long[:3000]), BufferSize},
		"a line":                   {long[:3000] + "\n", 0},
		"a line of words":          {strings.Repeat("a ", 40) + "\n", 100},
		"what describes arguments": {command(slices.Repeat([]string{""}, 40)...), firstArgs*argSize - 1},
		"the first of many, spilt": {command(slices.Repeat([]string{long[:2500]}, 33)...), BufferSize + 40000},
	} {
		for how, src := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
		} {
			budget := NewBudget(tt.budget)
			r := NewReader(src(strings.NewReader(command("get", "k")+tt.in+tt.in+command("get", "k")+"ping\r\n")), testLimits, budget)
			lines, err := readAll(r)
			if want := []string{"get|k", refused, refused, "get|k", "ping"}; !slices.Equal(lines, want) || err != io.EOF {
				t.Errorf("%s, %s: %.300q, %v", name, how, lines, err)
			}
			r.Release()
			if budget.Left() != tt.budget {
				t.Errorf("%s, %s: %d bytes are lost", name, how, tt.budget-budget.Left())
			}
		}
	}
}

// A command that is refused while it comes is thrown away, however much of it has come,
// and what is taken whole is taken when a part of it has come.
func TestWhileItComes(t *testing.T) {
	const size = 4 << 20
	limits := Limits{Args: 40, Bulk: size, Command: 2 * size, Inline: 4 << 10}
	in := command("set", "k", strings.Repeat("v", size)) + "ping\r\n"
	for after := 1; after < size; after += size / 40 {
		for _, refuse := range []bool{false, true} {
			budget := NewBudget(2 * size)
			r := NewReader(iotest.OneByteReader(strings.NewReader(in)), limits, budget)
			if after > size/10 { // faster
				r = NewReader(strings.NewReader(in), limits, budget)
			}
			r.Refuse() // nothing
			var got []string
			for {
				args, ok, err := r.Next()
				if ok {
					got = append(got, fmt.Sprint(len(args), err == ErrBudget))
					continue
				}
				if r.Coming() > 0 {
					r.TakeWhole()
					if string(r.Name()) != "set" {
						t.Fatalf("the name is %q", r.Name())
					}
					if taken := budget.Size() - budget.Left(); taken > max(20*r.Received(), 4*leastPart) {
						t.Fatalf("%d bytes are taken when %d have come", taken, r.Received())
					}
				}
				if refuse && r.Received() >= after {
					r.Refuse()
				}
				if err := r.Fill(); err != nil {
					break
				}
			}
			want := []string{"3 false", "1 false"}
			if refuse {
				want[0] = "0 true"
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d bytes, refused: %t: %q", after, refuse, got)
			}
			if r.Release(); budget.Left() != budget.Size() {
				t.Errorf("%d bytes, refused: %t: %d bytes are lost", after, refuse, budget.Size()-budget.Left())
			}
		}
	}
}

// What a budget just has room for is not refused.
func TestFits(t *testing.T) {
	long := strings.Repeat("v", 64<<10)
	budget := NewBudget(BufferSize + 3*len(long)/2 + firstChunk + firstArgs*argSize)
	lines, err := readAll(NewReader(strings.NewReader(command("set", "k", long)), testLimits, budget))
	if err != io.EOF || len(lines) != 1 || lines[0] != "set|k|"+long {
		t.Errorf("%.100q, %v", lines, err)
	}
}

func TestBudget(t *testing.T) {
	b := NewBudget(10)
	if !b.Take(10) || b.Take(1) || b.Left() != 0 || b.Size() != 10 {
		t.Error("a budget of 10 is not used up by 10")
	}
	b.Give(4)
	if b.Take(5) || !b.Take(4) {
		t.Error("4 bytes that were given back are not 4 bytes")
	}
}

// A client that takes too much does not make the others' requests fail for a
// moment.
func TestBudgetConcurrent(t *testing.T) {
	b := NewBudget(100)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10_000 {
				if b.Take(101) {
					t.Error("101 bytes of 100")
				}
				if !b.Take(25) {
					t.Error("no 25 bytes of 100 for one of four")
					return
				}
				b.Give(25)
			}
		})
	}
	wg.Wait()
}

// An idle client has the small buffer alone, and gets another when it sends.
func TestShrink(t *testing.T) {
	budget := NewBudget(1 << 20)
	in := new(bytes.Buffer)
	r := NewReader(in, testLimits, budget)
	for range 2 {
		in.WriteString(strings.Repeat(command("get", "k"), 1000))
		if lines, err := readAll(r); len(lines) != 1000 || err != io.EOF {
			t.Fatalf("%d commands, %v", len(lines), err)
		}
		if taken := 1<<20 - budget.Left(); taken != BufferSize {
			t.Errorf("%d bytes are taken for a pipeline", taken)
		}
		r.Shrink()
		if budget.Left() != 1<<20 {
			t.Errorf("an idle client has %d bytes", 1<<20-budget.Left())
		}
	}
	in.WriteString("pi")
	if _, err := readAll(r); err != io.EOF {
		t.Fatal(err)
	}
	r.Shrink()
	in.WriteString("ng\r\n")
	if lines, err := readAll(r); fmt.Sprint(lines) != "[ping]" || err != io.EOF {
		t.Errorf("%q, %v", lines, err)
	}
}

func TestReceived(t *testing.T) {
	long := strings.Repeat("v", 60000)
	in := strings.NewReader(command("get", "k") + command("set", "k", long)[:50000])
	r := newTestReader(in)
	if lines, _ := readAll(r); len(lines) != 1 {
		t.Fatal(lines)
	}
	if got := r.Received(); got != 50000 {
		t.Errorf("%d bytes of the command have come, want 50000", got)
	}
}
