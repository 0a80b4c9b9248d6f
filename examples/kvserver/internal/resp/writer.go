package resp

import (
	"math"
	"slices"
	"strconv"
)

// The versions of the protocol.
const (
	Version2 = 2
	Version3 = 3
)

// A Writer collects replies in memory, in the version of the protocol that the
// client speaks: what version 2 has no type for is written as Redis does there.
// The caller takes the bytes and sends them. It is not safe for concurrent use,
// and its zero value writes version 2.
type Writer struct {
	buf    []byte
	three  bool
	digits [32]byte // scratch for numbers behind a length
}

// Version returns the version of the protocol.
func (w *Writer) Version() int {
	if w.three {
		return Version3
	}
	return Version2
}

// SetVersion changes the version for what is written from now on.
func (w *Writer) SetVersion(version int) { w.three = version == Version3 }

// Bytes returns what was written, until the next call of a method.
func (w *Writer) Bytes() []byte { return w.buf }

// Len returns how many bytes were written.
func (w *Writer) Len() int { return len(w.buf) }

// Truncate forgets all but the first n bytes.
func (w *Writer) Truncate(n int) { w.buf = w.buf[:n] }

// Reset forgets what was written, and its memory if that is more than keep
// bytes.
func (w *Writer) Reset(keep int) {
	if cap(w.buf) > keep {
		w.buf = nil
	}
	w.buf = w.buf[:0]
}

// Raw writes what is encoded already.
func (w *Writer) Raw(encoded []byte) { w.buf = append(w.buf, encoded...) }

// Simple writes a status, such as OK.
func (w *Writer) Simple(s string) { w.line('+', s) }

// Error writes an error: a code in upper case, as ERR, a space and a text.
func (w *Writer) Error(s string) { w.line('-', s) }

// line writes a line, in which other ends of line become spaces.
func (w *Writer) line(kind byte, s string) {
	w.buf = append(w.buf, kind)
	from := len(w.buf)
	w.buf = append(w.buf, s...)
	for i, b := range w.buf[from:] {
		if b == '\r' || b == '\n' {
			w.buf[from+i] = ' '
		}
	}
	w.end()
}

// Int writes a number.
func (w *Writer) Int(n int64) { w.number(':', n) }

// Bulk writes a string of any bytes.
func (w *Writer) Bulk(b []byte) { w.buf = AppendBulk(w.buf, b) }

// BulkRoom begins a string of n bytes and returns memory of that capacity for them.
// [Writer.BulkRead] must come next, or Truncate.
func (w *Writer) BulkRoom(n int) []byte {
	w.number('$', int64(n))
	w.buf = slices.Grow(w.buf, n+len(crlf))
	return w.buf[len(w.buf) : len(w.buf) : len(w.buf)+n]
}

// BulkRead ends a string that has been read into the memory of BulkRoom.
func (w *Writer) BulkRead(b []byte) {
	from := len(w.buf)
	w.buf = w.buf[:from+len(b)]
	if len(b) > 0 && &b[0] != &w.buf[from] {
		copy(w.buf[from:], b)
	}
	w.end()
}

// BulkHeader writes what stands before a string of n bytes, which the caller sends
// itself, and BulkEnd what stands behind it.
func (w *Writer) BulkHeader(n int) { w.number('$', int64(n)) }

// BulkEnd writes the end of a string.
func (w *Writer) BulkEnd() { w.end() }

// BulkString writes a string of any bytes.
func (w *Writer) BulkString(s string) {
	w.number('$', int64(len(s)))
	w.buf = append(w.buf, s...)
	w.end()
}

// BulkInt writes a number as a string.
func (w *Writer) BulkInt(n int64) { w.Bulk(strconv.AppendInt(w.digits[:0], n, 10)) }

// AppendBulk appends a string of any bytes to dst; it is the same in both
// versions.
func AppendBulk(dst, b []byte) []byte {
	dst = strconv.AppendInt(append(dst, '$'), int64(len(b)), 10)
	dst = append(dst, crlf...)
	return append(append(dst, b...), crlf...)
}

// Verbatim writes a text that is to be shown as it is. Format has three letters,
// such as txt.
func (w *Writer) Verbatim(format, text string) {
	if !w.three {
		w.BulkString(text)
		return
	}
	w.number('=', int64(len(format)+1+len(text)))
	w.buf = append(append(w.buf, format...), ':')
	w.buf = append(w.buf, text...)
	w.end()
}

// Null writes that there is no value.
func (w *Writer) Null() { w.null("$-1\r\n") }

// NullArray writes that there is no array.
func (w *Writer) NullArray() { w.null("*-1\r\n") }

func (w *Writer) null(version2 string) {
	if w.three {
		version2 = "_\r\n"
	}
	w.buf = append(w.buf, version2...)
}

// Bool writes a truth; in version 2, 1 or 0.
func (w *Writer) Bool(b bool) {
	switch {
	case w.three && b:
		w.buf = append(w.buf, "#t\r\n"...)
	case w.three:
		w.buf = append(w.buf, "#f\r\n"...)
	case b:
		w.Int(1)
	default:
		w.Int(0)
	}
}

// Double writes a number with a fraction; in version 2, as a string.
func (w *Writer) Double(f float64) {
	digits := appendDouble(w.digits[:0], f)
	if !w.three {
		w.Bulk(digits)
		return
	}
	w.buf = append(append(w.buf, ','), digits...)
	w.end()
}

func appendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// Array begins an array: its n elements are to be written next.
func (w *Writer) Array(n int) { w.number('*', int64(n)) }

// Map begins a map: n keys are to be written next, each with its value; in
// version 2, an array of twice as many.
func (w *Writer) Map(n int) {
	if w.three {
		w.number('%', int64(n))
	} else {
		w.Array(2 * n)
	}
}

// Set begins a set of n elements; in version 2, an array.
func (w *Writer) Set(n int) { w.version3('~', n) }

// Push begins a message that nobody asked for, of n elements; in version 2, an
// array. It may stand between two replies only.
func (w *Writer) Push(n int) { w.version3('>', n) }

func (w *Writer) version3(kind byte, n int) {
	if !w.three {
		kind = '*'
	}
	w.number(kind, int64(n))
}

func (w *Writer) number(kind byte, n int64) {
	w.buf = strconv.AppendInt(append(w.buf, kind), n, 10)
	w.end()
}

func (w *Writer) end() { w.buf = append(w.buf, crlf...) }
