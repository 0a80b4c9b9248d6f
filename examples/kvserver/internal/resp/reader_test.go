package resp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

var testLimits = Limits{Args: 40, Bulk: 64 << 10, Command: 100 << 10, Inline: 4 << 10}

func newTestReader(src io.Reader) *Reader {
	return NewReader(src, testLimits, NewBudget(1<<20))
}

// readAll returns every command as a line, and the error that ended it.
func readAll(r *Reader) (lines []string, err error) {
	for {
		args, ok, err := r.Next()
		if ok && err != nil {
			lines = append(lines, "refused: "+err.Error())
			continue
		}
		if err != nil {
			return lines, err
		}
		if ok {
			lines = append(lines, string(bytes.Join(args, []byte("|"))))
			continue
		}
		if err := r.Fill(); err != nil {
			return lines, err
		}
	}
}

func TestCommands(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []string
		err      string // io.EOF unless set
	}{
		{name: "nothing"},
		{name: "one", in: "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", want: []string{"GET|k"}},
		{name: "binary", in: "*1\r\n$4\r\n\r\n\x00*\r\n", want: []string{"\r\n\x00*"}},
		{name: "empty argument", in: "*2\r\n$3\r\nGET\r\n$0\r\n\r\n", want: []string{"GET|"}},
		{name: "pipeline", in: "*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\nping\r\n*1\r\n$1\r\nc\r\n", want: []string{"a", "b", "ping", "c"}},
		{name: "inline", in: "set  k v\r\nget k\n", want: []string{"set|k|v", "get|k"}},
		{name: "empty lines", in: "\r\n\n \r\nping\r\n", want: []string{"ping"}},
		{name: "no arguments", in: "*0\r\n*-1\r\n*-99\r\nping\r\n", want: []string{"ping"}},
		{name: "most arguments", in: "*40\r\n" + strings.Repeat("$0\r\n\r\n", 40), want: []string{strings.Repeat("|", 39)}},
		{name: "most in place", in: "*32\r\n" + strings.Repeat("$1\r\na\r\n", 32) + "ping\r\n", want: []string{strings.Repeat("a|", 31) + "a", "ping"}},
		{name: "cut short", in: "*2\r\n$3\r\nGET\r\n$1\r\n"},

		{
			name: "too many arguments", in: "ping\r\n*41\r\n" + strings.Repeat("$1\r\na\r\n", 41) + "ping\r\n",
			want: []string{"ping", "refused: the command has more than 40 arguments: send several", "ping"},
		},
		{
			name: "too many words", in: strings.Repeat("a ", 41) + "\nping\n",
			want: []string{"refused: the command has more than 40 arguments: send several", "ping"},
		},
		{name: "many words", in: strings.Repeat("a  ", 40) + "\nping\n", want: []string{strings.Repeat("a|", 39) + "a", "ping"}},
		{name: "a long line", in: strings.Repeat("a", 4000) + "\nping\n", want: []string{strings.Repeat("a", 4000), "ping"}},
		{name: "more arguments than integers", in: "*2147483648\r\n", err: "Protocol error: invalid multibulk length"},
		{name: "a broken argument of too many", in: "*41\r\n$1\r\nab\r\n", err: "Protocol error: expected CRLF after the bulk"},
		{name: "a count beyond integers", in: "*99999999999999999999\r\n", err: "Protocol error: invalid multibulk length"},
		{name: "the largest count", in: "*9223372036854775807\r\n", err: "Protocol error: invalid multibulk length"},
		{name: "a count without end", in: "*" + strings.Repeat("1", 30), err: "Protocol error: invalid multibulk length"},
		{name: "no count", in: "*\r\n", err: "Protocol error: invalid multibulk length"},
		{name: "no digit", in: "*-\r\n", err: "Protocol error: invalid multibulk length"},
		{name: "a count that is none", in: "*1x\r\n", err: "Protocol error: invalid multibulk length"},
		{name: "a count without CR", in: "*1\n", err: "Protocol error: invalid multibulk length"},
		{name: "the largest bulk", in: "*1\r\n$9223372036854775807\r\n", err: "Protocol error: invalid bulk length"},
		{name: "a bulk above the limit", in: "*1\r\n$65537\r\n", err: "Protocol error: invalid bulk length"},
		{name: "a negative bulk", in: "*1\r\n$-2\r\n", err: "Protocol error: invalid bulk length"},
		{name: "a bulk without length", in: "*1\r\n$\r\n", err: "Protocol error: invalid bulk length"},
		{name: "no bulk", in: "*1\r\n:1\r\n", err: "Protocol error: expected '$', got ':'"},
		{name: "a longer bulk than said", in: "*1\r\n$1\r\nab\r\n", err: "Protocol error: expected CRLF after the bulk"},
		{name: "quotes", in: "set k \"v\\nw\" ''\r\n", want: []string{"set|k|v\nw|"}},
		{name: "unbalanced quotes", in: "ping\r\nset k \"v w\r\n", want: []string{"ping"}, err: "Protocol error: unbalanced quotes in request"},
		{name: "a line without end", in: strings.Repeat("a", testLimits.Inline), err: "Protocol error: too big inline request"},
		{
			name: "a command that is too long", in: "*2\r\n$65536\r\n" + strings.Repeat("a", 65536) + "\r\n$65536\r\n",
			err: "Protocol error: the command is too long",
		},
		{name: "what came before an error", in: "ping\r\n*x\r\n", want: []string{"ping"}, err: "Protocol error: invalid multibulk length"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, src := range map[string]io.Reader{
				"at once":      strings.NewReader(tt.in),
				"byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
			} {
				lines, err := readAll(newTestReader(src))
				if fmt.Sprint(lines) != fmt.Sprint(tt.want) {
					t.Errorf("%s: %q, want %q", how, lines, tt.want)
				}
				var protocol *ProtocolError
				switch {
				case tt.err == "" && err != io.EOF:
					t.Errorf("%s: error %v, want EOF", how, err)
				case tt.err != "" && (!errors.As(err, &protocol) || err.Error() != tt.err):
					t.Errorf("%s: error %v, want %s", how, err, tt.err)
				}
			}
		})
	}
}

func command(args ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(a), a)
	}
	return b.String()
}

func TestNoProgress(t *testing.T) {
	r := newTestReader(iotest.ErrReader(nil))
	if err := r.Fill(); err != io.ErrNoProgress {
		t.Errorf("error %v, want ErrNoProgress", err)
	}
}

func TestNoAllocations(t *testing.T) {
	in := strings.Repeat(command("SET", "key:000000000001", "xxx"), 16)
	src := strings.NewReader(in)
	r := newTestReader(src)
	allocs := testing.AllocsPerRun(100, func() {
		src.Reset(in)
		for n := 0; n < 16; {
			if _, ok, _ := r.Next(); ok {
				n++
			} else if err := r.Fill(); err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for 16 commands, want none", allocs)
	}
}

// Whatever comes, and in whatever pieces: the same commands, within the limits
// and the budget.
func FuzzReader(f *testing.F) {
	for _, in := range []string{
		command("SET", "k", "v"), command("GET", "k") + "ping\r\n", "*1\r\n$9223372036854775807\r\n",
		"*9223372036854775807\r\n", "*2\r\n$-2\r\n", "\r\n*0\r\n", "*1\r\n$3\r\nab", "*-1\r\n\n",
		command(slices.Repeat([]string{"a"}, 41)...) + "ping\r\n", command("SET", "k", strings.Repeat("v", 9000)) + "ping\r\n",
		command(slices.Repeat([]string{"ab"}, 40)...), strings.Repeat("a ", 999) + "\nping\n",
		strings.Repeat("v", 2*testLimits.Inline), strings.Repeat("v", testLimits.Inline) + "\nping\n",
	} {
		f.Add([]byte(in), uint8(3))
		f.Add([]byte(in), uint8(17))
	}
	f.Fuzz(func(t *testing.T, in []byte, piece uint8) {
		const size = 1 << 18
		budget := NewBudget(size)
		whole := NewReader(bytes.NewReader(in), testLimits, budget)
		want, wantErr := readAll(whole)
		whole.Release()
		for _, line := range want {
			if len(line) > testLimits.Command {
				t.Errorf("a command of %d bytes", len(line))
			}
		}
		pieces := NewReader(&pieceReader{in, int(piece) + 1}, testLimits, budget)
		got, err := readAll(pieces)
		pieces.Release()
		if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("in pieces of %d: %q, %v; at once: %q, %v", piece, got, err, want, wantErr)
		}
		if budget.Left() != size {
			t.Errorf("%d bytes are lost", size-budget.Left())
		}
		// With less memory some commands are refused, and nothing else changes.
		scarce := NewBudget(int(piece) << 6)
		few := NewReader(bytes.NewReader(in), testLimits, scarce)
		got, err = readAll(few)
		few.Release()
		if len(got) != len(want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("with %d bytes: %q, %v; with enough: %q, %v", scarce.Size(), got, err, want, wantErr)
		}
		if scarce.Left() != scarce.Size() {
			t.Errorf("%d bytes are lost", scarce.Size()-scarce.Left())
		}
	})
}

type pieceReader struct {
	in   []byte
	size int
}

func (p *pieceReader) Read(b []byte) (int, error) {
	if len(p.in) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.in[:min(len(p.in), p.size)])
	p.in = p.in[n:]
	return n, nil
}
