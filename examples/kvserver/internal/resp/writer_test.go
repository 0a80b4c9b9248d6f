package resp_test

import (
	"math"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

func TestWriter(t *testing.T) {
	for name, tt := range map[string]struct {
		write      func(*resp.Writer)
		two, three string
	}{
		"simple":       {func(w *resp.Writer) { w.Simple("OK") }, "+OK\r\n", "+OK\r\n"},
		"error":        {func(w *resp.Writer) { w.Error("ERR a\r\n+b") }, "-ERR a  +b\r\n", "-ERR a  +b\r\n"},
		"integer":      {func(w *resp.Writer) { w.Int(math.MinInt64) }, ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"},
		"bulk":         {func(w *resp.Writer) { w.Bulk([]byte("a\r\n\x00")) }, "$4\r\na\r\n\x00\r\n", "$4\r\na\r\n\x00\r\n"},
		"empty bulk":   {func(w *resp.Writer) { w.Bulk(nil) }, "$0\r\n\r\n", "$0\r\n\r\n"},
		"string":       {func(w *resp.Writer) { w.BulkString("ab") }, "$2\r\nab\r\n", "$2\r\nab\r\n"},
		"bulk integer": {func(w *resp.Writer) { w.BulkInt(math.MinInt64) }, "$20\r\n-9223372036854775808\r\n", "$20\r\n-9223372036854775808\r\n"},
		"verbatim":     {func(w *resp.Writer) { w.Verbatim("txt", "a\n") }, "$2\r\na\n\r\n", "=6\r\ntxt:a\n\r\n"},
		"null":         {func(w *resp.Writer) { w.Null() }, "$-1\r\n", "_\r\n"},
		"null array":   {func(w *resp.Writer) { w.NullArray() }, "*-1\r\n", "_\r\n"},
		"true":         {func(w *resp.Writer) { w.Bool(true) }, ":1\r\n", "#t\r\n"},
		"false":        {func(w *resp.Writer) { w.Bool(false) }, ":0\r\n", "#f\r\n"},
		"double":       {func(w *resp.Writer) { w.Double(0.1) }, "$3\r\n0.1\r\n", ",0.1\r\n"},
		"infinity":     {func(w *resp.Writer) { w.Double(math.Inf(1)) }, "$3\r\ninf\r\n", ",inf\r\n"},
		"minus":        {func(w *resp.Writer) { w.Double(math.Inf(-1)) }, "$4\r\n-inf\r\n", ",-inf\r\n"},
		"not a number": {func(w *resp.Writer) { w.Double(math.NaN()) }, "$3\r\nnan\r\n", ",nan\r\n"},
		"array":        {func(w *resp.Writer) { w.Array(2) }, "*2\r\n", "*2\r\n"},
		"map":          {func(w *resp.Writer) { w.Map(3) }, "*6\r\n", "%3\r\n"},
		"set":          {func(w *resp.Writer) { w.Set(3) }, "*3\r\n", "~3\r\n"},
		"push":         {func(w *resp.Writer) { w.Push(2) }, "*2\r\n", ">2\r\n"},
		"raw":          {func(w *resp.Writer) { w.Raw([]byte("+a\r\n")) }, "+a\r\n", "+a\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var w resp.Writer
			for version, want := range map[int]string{resp.Version2: tt.two, resp.Version3: tt.three} {
				w.SetVersion(version)
				w.Reset(1 << 10)
				tt.write(&w)
				if got := string(w.Bytes()); got != want || w.Version() != version || w.Len() != len(want) {
					t.Errorf("version %d: %q, want %q", version, got, want)
				}
			}
			if n := testing.AllocsPerRun(100, func() {
				w.Reset(1 << 10)
				tt.write(&w)
			}); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestWriterForgets(t *testing.T) {
	var w resp.Writer
	w.Simple("OK")
	n := w.Len()
	w.BulkString("half a reply")
	w.Truncate(n)
	if got := string(w.Bytes()); got != "+OK\r\n" {
		t.Errorf("%q after Truncate", got)
	}
	w.Reset(4)
	if w.Len() != 0 || cap(w.Bytes()) != 0 {
		t.Errorf("%d bytes, room for %d after Reset", w.Len(), cap(w.Bytes()))
	}
}
