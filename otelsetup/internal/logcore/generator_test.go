package logcore_test

import (
	"encoding/json"
	"errors"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A generator makes fields as the bytes of a program say.
type generator struct {
	program []byte
	text    string
	n       uint64
	x       float64
}

func (g *generator) next() byte {
	if len(g.program) == 0 {
		return 0
	}
	b := g.program[0]
	g.program = g.program[1:]
	return b
}

func (g *generator) key() string {
	keys := []string{
		"a", "b", "error", "trace_id", "a\xff", "ключ", "k" + g.text, "",
		"level", "message", "timestamp", "logger", "caller", "stacktrace", "level_1", "a_1", "a_2", g.text,
	}
	return keys[int(g.next())%len(keys)]
}

func (g *generator) fields(depth int) []zap.Field {
	var fields []zap.Field
	for range g.next() % 5 {
		fields = append(fields, g.field(depth))
	}
	return fields
}

const fieldKinds = 27

func (g *generator) field(depth int) zap.Field {
	kind := g.next() % fieldKinds
	if depth > 3 {
		kind %= 20
	}
	key := g.key()
	switch kind {
	case 0:
		return zap.String(key, g.text)
	case 1:
		return zap.Uint64(key, g.n)
	case 2:
		return zap.Int64(key, int64(g.n))
	case 3:
		return zap.Float64(key, g.x)
	case 4:
		return zap.Float32(key, float32(g.x))
	case 5:
		return zap.Duration(key, time.Duration(g.n))
	case 6:
		return zap.Time(key, time.Unix(int64(g.n)%(1<<40), 5))
	case 7:
		return zap.Bool(key, g.n%2 == 0)
	case 8:
		return zap.Binary(key, []byte(g.text))
	case 9:
		return zap.ByteString(key, []byte(g.text))
	case 10:
		return zap.Complex128(key, complex(g.x, -g.x))
	case 11:
		return zap.NamedError(key, errors.New(g.text))
	case 12:
		return zap.Stringer(key, time.Duration(g.n))
	case 13:
		return zap.Any(key, tagged{Name: g.text, Big: g.n})
	case 14:
		return zap.Reflect(key, map[string]any{g.text: g.x, "n": g.n})
	case 15:
		return zap.Reflect(key, json.RawMessage(g.text))
	case 16:
		return zap.Stringer(key, panicking{})
	case 17:
		return zap.Uintptr(key, uintptr(g.n))
	case 18:
		return zap.Skip()
	case 19:
		return zap.Float32s(key, []float32{float32(g.x)})
	case 20:
		return zap.Namespace(key)
	case 21:
		return zap.Dict(key, g.fields(depth+1)...)
	case 22:
		return zap.Object(key, panicking{g.fields(depth + 1)})
	case 23:
		return zap.Inline(panicking{g.fields(depth + 1)})
	case 24:
		return zap.Array(key, panicking{g.fields(depth + 1)})
	case 25:
		return zap.Inline(zap.DictObject(g.fields(depth + 1)...))
	default:
		return zap.Errors(key, []error{errors.New(g.text), nil})
	}
}

// panicking adds its fields, and then panics.
type panicking struct{ fields []zap.Field }

func (panicking) String() string { panic("no string") }

func (p panicking) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for _, f := range p.fields {
		f.AddTo(enc)
	}
	panic("no object")
}

func (p panicking) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	if err := enc.AppendObject(p); err != nil {
		return err
	}
	panic("no array")
}
