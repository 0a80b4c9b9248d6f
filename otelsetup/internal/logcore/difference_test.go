package logcore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"math/bits"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/tracefield"
)

// decodeLine returns the fields of a line, without those of the entry.
func decodeLine(t testing.TB, line string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	if err := strict(json.NewDecoder(strings.NewReader(line))); err != nil {
		t.Errorf("%v in %s", err, line)
	}
	if r, ok := fields["trace_id"].(string); ok && r == fmt.Sprintf("%032x", 1) { // of the context
		delete(fields, "trace_id")
		delete(fields, "span_id")
		delete(fields, "trace_flags")
	}
	for _, key := range []string{"timestamp", "level", "logger", "caller", "message", "stacktrace"} {
		delete(fields, key)
	}
	maps.DeleteFunc(fields, func(key string, _ any) bool { return ofRecordAlone(key) })
	return fields
}

// ofRecordAlone reports whether the bridge gives such names to parts of an entry.
func ofRecordAlone(key string) bool {
	return strings.HasPrefix(key, "exception.") || strings.HasPrefix(key, "code.")
}

// repeated in the place of a value says that its name is there twice.
const repeated = "<repeated>"

// decodeRecord returns the attributes of a record, without those of the entry.
func decodeRecord(r sdklog.Record) map[string]any {
	fields, seen := map[string]any{}, map[attribute.Key]bool{}
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		if seen[kv.Key] {
			fields[string(kv.Key)] = repeated
			return false
		}
		seen[kv.Key] = true
		if !ofRecordAlone(string(kv.Key)) {
			fields[string(kv.Key)] = decodeValue(kv.Value)
		}
		return true
	})
	return fields
}

func decodeValue(v attribute.Value) any {
	switch v.Type() {
	case attribute.EMPTY:
		return nil
	case attribute.SLICE:
		elements := []any{}
		for _, e := range v.AsSlice() {
			elements = append(elements, decodeValue(e))
		}
		return elements
	case attribute.MAP:
		members := map[string]any{}
		for _, kv := range v.AsMap() {
			members[string(kv.Key)] = decodeValue(kv.Value)
		}
		if len(members) < len(v.AsMap()) {
			return repeated
		}
		return members
	default:
		return v.AsInterface()
	}
}

// same reports whether a value of JSON means what one of a record does.
func same(j, r any) bool {
	switch r := r.(type) {
	case int64:
		return j == json.Number(strconv.FormatInt(r, 10))
	case float64:
		n, ok := j.(json.Number)
		f, err := n.Float64()
		return ok && err == nil && f == r
	case []any:
		elements, ok := j.([]any)
		if !ok || len(elements) != len(r) {
			return false
		}
		for i := range r {
			if !same(elements[i], r[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		members, ok := j.(map[string]any)
		if !ok || len(members) != len(r) {
			return false
		}
		for key := range r {
			if member, ok := members[key]; !ok || !same(member, r[key]) {
				return false
			}
		}
		return true
	default: // text, bool, nil
		return reflect.DeepEqual(j, r)
	}
}

// compare fails the test if the only line and the only record differ.
func (h *harness) compare(t testing.TB) (line string) {
	t.Helper()
	line = h.line(t)
	j, r := decodeLine(t, line), decodeRecord(h.record(t))
	delete(j, "") // as the documentation says
	if !same(j, r) {
		t.Errorf("JSON and record differ:\n%#v\n%#v", j, r)
	}
	return line
}

type tagged struct {
	Name    string        `json:"name"`
	Secret  string        `json:"-"`
	Took    time.Duration `json:"took"`
	Big     uint64        `json:"big"`
	Missing *int          `json:"missing"`
	Inner   []tagged      `json:"inner,omitempty"`
	hidden  string
}

type point struct{ X, Y int }

func (p point) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddInt("x", p.X)
	enc.AddDuration("y", time.Duration(p.Y))
	enc.OpenNamespace("more")
	enc.AddUint64("z", math.MaxUint64)
	return enc.AddReflected("any", tagged{Name: "n", Secret: secret})
}

// everything adds a value of each type to an array.
type everything struct{}

func (everything) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	enc.AppendBool(true)
	enc.AppendByteString([]byte("a\xff"))
	enc.AppendComplex128(1 - 2i)
	enc.AppendComplex64(1 + 2i)
	enc.AppendDuration(time.Millisecond)
	enc.AppendFloat64(math.NaN())
	enc.AppendFloat32(0.1)
	enc.AppendInt(-1)
	enc.AppendInt64(math.MinInt64)
	enc.AppendInt32(-2)
	enc.AppendInt16(-3)
	enc.AppendInt8(-4)
	enc.AppendString("text")
	enc.AppendTime(start)
	enc.AppendUint(1)
	enc.AppendUint64(math.MaxUint64)
	enc.AppendUint32(2)
	enc.AppendUint16(3)
	enc.AppendUint8(4)
	enc.AppendUintptr(5)
	return errors.Join(enc.AppendReflected(nil), enc.AppendReflected([]int{1}),
		enc.AppendObject(point{1, 2}), enc.AppendArray(zapcore.ArrayMarshalerFunc(func(zapcore.ArrayEncoder) error { return nil })))
}

func nested(depth int) (v any) {
	for range depth {
		v = []any{v}
	}
	return v
}

// Each field alone: what JSON says of it, and that the record says the same.
func TestValues(t *testing.T) {
	when := "2026-11-05T11:00:00.123456000Z"
	for _, test := range []struct {
		field zap.Field
		want  string // after the message
	}{
		{zap.String("v", "text"), `"v":"text"`},
		{zap.String("v", "a\xffb\xfe\xfd"), `"v":"a�b��"`},
		{zap.String("v\xff", "a"), `"v�":"a"`},
		{zap.Bool("v", true), `"v":true`},
		{zap.Int64("v", math.MinInt64), `"v":-9223372036854775808`},
		{zap.Int32("v", -1), `"v":-1`},
		{zap.Int16("v", -1), `"v":-1`},
		{zap.Int8("v", -1), `"v":-1`},
		{zap.Uint8("v", 255), `"v":255`},
		{zap.Uint16("v", 1), `"v":1`},
		{zap.Uint32("v", math.MaxUint32), `"v":4294967295`},
		{zap.Uint64("v", math.MaxInt64), `"v":9223372036854775807`},
		{zap.Uint64("v", math.MaxInt64+1), `"v":"9223372036854775808"`},
		{zap.Uint("v", math.MaxUint), map[int]string{32: `"v":4294967295`, 64: `"v":"18446744073709551615"`}[bits.UintSize]},
		{zap.Uintptr("v", 7), `"v":7`},
		{zap.Float64("v", 0.1), `"v":0.1`},
		{zap.Float64("v", 3), `"v":3`},
		{zap.Float64("v", math.NaN()), `"v":"NaN"`},
		{zap.Float64("v", math.Inf(1)), `"v":"+Inf"`},
		{zap.Float64("v", math.Inf(-1)), `"v":"-Inf"`},
		{zap.Float32("v", 0.1), `"v":0.1`},
		{zap.Float32("v", float32(math.Inf(1))), `"v":"+Inf"`},
		{zap.Complex128("v", 1-2i), `"v":"1-2i"`},
		{zap.Complex64("v", 0.1+2i), `"v":"0.1+2i"`},
		{zap.Duration("v", 1500*time.Millisecond), `"v":1.5`},
		{zap.Durations("v", []time.Duration{time.Second, 1}), `"v":[1,0.000000001]`},
		{zap.Time("v", start), `"v":"` + when + `"`},
		{zap.Time("v", time.Unix(0, 0)), `"v":"1970-01-01T00:00:00.000000000Z"`},
		{zap.Time("v", time.Time{}), `"v":"0001-01-01T00:00:00.000000000Z"`},
		{zap.Times("v", []time.Time{start}), `"v":["` + when + `"]`},
		{zap.Binary("v", []byte{0, 255}), `"v":"AP8="`},
		{zap.ByteString("v", []byte("a\xff")), `"v":"a�"`},
		{zap.Strings("v", nil), `"v":[]`},
		{zap.Strings("v", []string{"a", "b"}), `"v":["a","b"]`},
		{zap.Uint64s("v", []uint64{1, math.MaxUint64}), `"v":[1,"18446744073709551615"]`},
		{zap.Array("v", everything{}), `"v":[true,"a�","1-2i","1+2i",0.001,"NaN",0.1,-1,-9223372036854775808,-2,-3,-4,"text","` + when +
			`",1,"18446744073709551615",2,3,4,5,null,[1],{"x":1,"y":0.000000002,"more":{"z":"18446744073709551615","any":{"name":"n","took":0,"big":0,"missing":null}}},[]]`},
		{zap.Object("v", point{1, 2}), `"v":{"x":1,"y":0.000000002,"more":{"z":"18446744073709551615","any":{"name":"n","took":0,"big":0,"missing":null}}}`},
		{zap.Inline(point{1, 2}), `"x":1,"y":0.000000002,"more":{"z":"18446744073709551615","any":{"name":"n","took":0,"big":0,"missing":null}}`},
		{zap.Dict("v", zap.Duration("d", time.Second), zap.Dict("e")), `"v":{"d":1,"e":{}}`},
		{zap.Any("v", nil), `"v":null`},
		{zap.Any("v", tagged{Name: "<n>", Secret: secret, hidden: secret, Took: 5, Big: math.MaxUint64, Inner: []tagged{{}}}),
			`"v":{"name":"<n>","took":5,"big":"18446744073709551615","missing":null,"inner":[{"name":"","took":0,"big":0,"missing":null}]}`},
		{zap.Any("v", map[string]any{"b": 1.5, "a": []byte("x"), "c": true}), `"v":{"a":"eA==","b":1.5,"c":true}`},
		{zap.Any("v", json.RawMessage(`[-0,1e3,1e999,0.0,12345678901234567890]`)), `"v":[-0,1000,"1e999",0,"12345678901234567890"]`},
		{zap.Any("v", big.NewInt(7)), `"v":"7"`},
		{zap.Reflect("v", json.RawMessage(`{"a":1,"a":2}`)), ""},
		{zap.Stringer("v", time.Second), `"v":"1s"`},
		{zap.Stringer("v", (*big.Int)(nil)), `"v":"<nil>"`},
		{zap.Error(io.EOF), `"error":"EOF"`},
		{zap.Error(nil), ``},
		{zap.NamedError("v", io.EOF), `"v":"EOF"`},
		{zap.Errors("v", []error{io.EOF, io.ErrUnexpectedEOF}), `"v":[{"error":"EOF"},{"error":"unexpected EOF"}]`},
		{zap.Error(verbose{}), `"error":"short","errorVerbose":"long and longer"`},
		{zap.Namespace("v"), `"v":{}`},
		{zap.Skip(), ``},
		{zap.Any("v", nested(100)), ""},
		{zap.Object("v", endless{}), ""},
		{zap.Array("v", endless{}), ""},
		{zap.String("", "nameless"), `"":"nameless"`},
	} {
		h := newHarness(t)
		h.Info("m", test.field)
		line := h.compare(t)
		want := strings.TrimSuffix(`{"timestamp":"`+when+`","level":"info","message":"m",`+test.want, ",") + "}\n"
		if test.want != "" && line != want {
			t.Errorf("%v: line\n%swant\n%s", test.field, line, want)
		}
		if strings.Contains(line, secret) {
			t.Errorf("%v: the secret is in %s", test.field, line)
		}
		// Bound to the logger, before and in a namespace, it is the same.
		h.With(test.field).Info("m")
		h.compare(t)
		h.With(zap.Namespace("ns"), zap.Int("a", 1)).With(test.field).Info("m", zap.Int("b", 2))
		h.compare(t)
		h.With(test.field).With(zap.Namespace("ns")).With(zap.Int("a", 1)).Info("m", test.field)
		h.compare(t)
	}
}

type verbose struct{}

func (verbose) Error() string              { return "short" }
func (verbose) Format(f fmt.State, _ rune) { io.WriteString(f, "long and longer") }

// endless contains itself.
type endless struct{}

func (e endless) MarshalLogObject(enc zapcore.ObjectEncoder) error { return enc.AddObject("o", e) }
func (e endless) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	return errors.Join(enc.AppendArray(e), enc.AppendObject(e))
}

func FuzzOutputsMeanTheSame(f *testing.F) {
	for i := range byte(fieldKinds) {
		f.Add([]byte{i, i, 1, 2, i, 3, 4, 200, i, 0, i}, "text", uint64(1)<<63, 0.5)
	}
	f.Add([]byte{0, 1, 2, 9, 8, 7, 30, 4}, "\xff\x00\u2028\"", uint64(7), math.Inf(1))
	f.Fuzz(func(t *testing.T, program []byte, text string, n uint64, x float64) {
		h := newHarness(t)
		g := &generator{program: program, text: text, n: n, x: x}
		logger := h.Logger
		switch g.next() % 4 {
		case 1:
			logger = logger.With(tracefield.Context(traced(t, 1)))
		case 2:
			logger = logger.WithOptions(zap.AddCaller(), zap.AddStacktrace(zap.DebugLevel))
		case 3:
			logger = logger.Named(text)
		}
		for range g.next() % 3 {
			logger = logger.With(g.fields(0)...)
		}
		logger.Info(text, g.fields(0)...)
		h.compare(t)
	})
}
