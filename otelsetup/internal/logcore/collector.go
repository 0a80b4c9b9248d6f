package logcore

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// MaxDepth is how deep values may be nested, as much as OpenTelemetry's SDK
// takes. It ends marshalers that contain themselves, too.
const MaxDepth = 64

// TooDeep stands for what is nested deeper.
const TooDeep = "<nested too deeply>"

// A collector is an encoder that keeps what it is given, as fields whose values
// both outputs take as they are: text, int64, finite float64, bool, nil and,
// made of these, objects and arrays.
type collector struct {
	fields []zapcore.Field
	depth  int
}

var _ zapcore.ObjectEncoder = (*collector)(nil)

// encode adds a field of any type.
func (c *collector) encode(f zapcore.Field) {
	if _, ok := f.Interface.(context.Context); ok {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			c.AddString(f.Key+catalog.ErrorSuffix, panicText(r))
		}
	}()
	if f.Type != zapcore.InlineMarshalerType {
		f.AddTo(c)
		return
	}
	if err := c.collect(f.Interface.(zapcore.ObjectMarshaler)); err != nil {
		c.AddString(f.Key+catalog.ErrorSuffix, err.Error())
	}
}

// collect has an object add itself. Its panic is an error.
func (c *collector) collect(m zapcore.ObjectMarshaler) (err error) {
	defer recovered(&err)
	// A zap.Dict encodes fields without us, contexts as text with all that they
	// hold.
	if v := reflect.ValueOf(m); v.IsValid() && v.CanConvert(dictType) && v.Kind() == reflect.Slice {
		for _, f := range v.Convert(dictType).Interface().([]zapcore.Field) {
			c.encode(f)
		}
		return nil
	}
	return m.MarshalLogObject(c)
}

var dictType = reflect.TypeFor[[]zapcore.Field]()

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = errors.New(panicText(r))
	}
}

func panicText(r any) string { return fmt.Sprintf("PANIC=%v", r) }

func (c *collector) add(f zapcore.Field) {
	f.Key = validText(f.Key)
	c.fields = append(c.fields, f)
}

// AddObject implements zapcore.ObjectEncoder.
func (c *collector) AddObject(key string, m zapcore.ObjectMarshaler) error {
	if c.depth >= MaxDepth-1 {
		c.AddString(key, TooDeep)
		return nil
	}
	inner := collector{depth: c.depth + 1}
	err := inner.collect(m)
	c.add(zap.Object(key, object(settle(inner.fields, 0))))
	return err
}

// AddArray implements zapcore.ObjectEncoder.
func (c *collector) AddArray(key string, m zapcore.ArrayMarshaler) (err error) {
	if c.depth >= MaxDepth-1 {
		c.AddString(key, TooDeep)
		return nil
	}
	inner := elements{collector{depth: c.depth + 1}}
	defer func() { c.add(zap.Array(key, array(inner.fields))) }()
	defer recovered(&err)
	return m.MarshalLogArray(&inner)
}

// AddReflected implements zapcore.ObjectEncoder.
func (c *collector) AddReflected(key string, v any) (err error) {
	if _, ok := v.(context.Context); ok {
		return nil
	}
	defer recovered(&err)
	f, err := reflected(v, c.depth)
	if err != nil {
		return err
	}
	f.Key = key
	c.add(f)
	return nil
}

// OpenNamespace implements zapcore.ObjectEncoder.
func (c *collector) OpenNamespace(key string) { c.add(zap.Namespace(key)) }

// AddString implements zapcore.ObjectEncoder.
func (c *collector) AddString(key, v string) { c.add(zap.String(key, validText(v))) }

// AddByteString implements zapcore.ObjectEncoder.
func (c *collector) AddByteString(key string, v []byte) { c.AddString(key, string(v)) }

// AddBinary implements zapcore.ObjectEncoder.
func (c *collector) AddBinary(key string, v []byte) {
	c.add(zap.String(key, base64.StdEncoding.EncodeToString(v)))
}

// AddBool implements zapcore.ObjectEncoder.
func (c *collector) AddBool(key string, v bool) { c.add(zap.Bool(key, v)) }

// AddInt64 implements zapcore.ObjectEncoder.
func (c *collector) AddInt64(key string, v int64) { c.add(zap.Int64(key, v)) }

// AddUint64 implements zapcore.ObjectEncoder.
func (c *collector) AddUint64(key string, v uint64) {
	if v > math.MaxInt64 {
		c.add(zap.String(key, strconv.FormatUint(v, 10)))
		return
	}
	c.add(zap.Int64(key, int64(v)))
}

// AddFloat64 implements zapcore.ObjectEncoder.
func (c *collector) AddFloat64(key string, v float64) {
	if !isFinite(v) {
		c.add(zap.String(key, strconv.FormatFloat(v, 'g', -1, 64)))
		return
	}
	c.add(zap.Float64(key, v))
}

// AddFloat32 implements zapcore.ObjectEncoder.
func (c *collector) AddFloat32(key string, v float32) {
	if shortest, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64); err == nil {
		c.AddFloat64(key, shortest)
	}
}

// AddComplex128 implements zapcore.ObjectEncoder.
func (c *collector) AddComplex128(key string, v complex128) { c.addComplex(key, v, 128) }

// AddComplex64 implements zapcore.ObjectEncoder.
func (c *collector) AddComplex64(key string, v complex64) { c.addComplex(key, complex128(v), 64) }

func (c *collector) addComplex(key string, v complex128, bits int) {
	text := strconv.FormatComplex(v, 'g', -1, bits)
	c.add(zap.String(key, text[1:len(text)-1])) // without its parentheses
}

// AddDuration implements zapcore.ObjectEncoder.
func (c *collector) AddDuration(key string, v time.Duration) {
	c.add(zap.Float64(key, float64(v)/float64(time.Second)))
}

// AddTime implements zapcore.ObjectEncoder.
func (c *collector) AddTime(key string, v time.Time) {
	c.add(zap.String(key, string(appendTime(nil, v))))
}

// AddInt implements zapcore.ObjectEncoder.
func (c *collector) AddInt(key string, v int) { c.AddInt64(key, int64(v)) }

// AddInt32 implements zapcore.ObjectEncoder.
func (c *collector) AddInt32(key string, v int32) { c.AddInt64(key, int64(v)) }

// AddInt16 implements zapcore.ObjectEncoder.
func (c *collector) AddInt16(key string, v int16) { c.AddInt64(key, int64(v)) }

// AddInt8 implements zapcore.ObjectEncoder.
func (c *collector) AddInt8(key string, v int8) { c.AddInt64(key, int64(v)) }

// AddUint implements zapcore.ObjectEncoder.
func (c *collector) AddUint(key string, v uint) { c.AddUint64(key, uint64(v)) }

// AddUint32 implements zapcore.ObjectEncoder.
func (c *collector) AddUint32(key string, v uint32) { c.AddInt64(key, int64(v)) }

// AddUint16 implements zapcore.ObjectEncoder.
func (c *collector) AddUint16(key string, v uint16) { c.AddInt64(key, int64(v)) }

// AddUint8 implements zapcore.ObjectEncoder.
func (c *collector) AddUint8(key string, v uint8) { c.AddInt64(key, int64(v)) }

// AddUintptr implements zapcore.ObjectEncoder.
func (c *collector) AddUintptr(key string, v uintptr) { c.AddUint64(key, uint64(v)) }

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// validText returns s with U+FFFD for each byte that is not UTF-8.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}
