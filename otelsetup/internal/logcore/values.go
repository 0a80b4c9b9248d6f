package logcore

import (
	"math"
	"time"

	"go.uber.org/zap/zapcore"
)

// elements is a collector of what has no names.
type elements struct{ collector }

var _ zapcore.ArrayEncoder = (*elements)(nil)

func (e *elements) AppendArray(v zapcore.ArrayMarshaler) error   { return e.AddArray("", v) }
func (e *elements) AppendObject(v zapcore.ObjectMarshaler) error { return e.AddObject("", v) }
func (e *elements) AppendReflected(v any) error                  { return e.AddReflected("", v) }
func (e *elements) AppendBool(v bool)                            { e.AddBool("", v) }
func (e *elements) AppendByteString(v []byte)                    { e.AddByteString("", v) }
func (e *elements) AppendComplex128(v complex128)                { e.AddComplex128("", v) }
func (e *elements) AppendComplex64(v complex64)                  { e.AddComplex64("", v) }
func (e *elements) AppendDuration(v time.Duration)               { e.AddDuration("", v) }
func (e *elements) AppendFloat64(v float64)                      { e.AddFloat64("", v) }
func (e *elements) AppendFloat32(v float32)                      { e.AddFloat32("", v) }
func (e *elements) AppendInt(v int)                              { e.AddInt("", v) }
func (e *elements) AppendInt64(v int64)                          { e.AddInt64("", v) }
func (e *elements) AppendInt32(v int32)                          { e.AddInt32("", v) }
func (e *elements) AppendInt16(v int16)                          { e.AddInt16("", v) }
func (e *elements) AppendInt8(v int8)                            { e.AddInt8("", v) }
func (e *elements) AppendString(v string)                        { e.AddString("", v) }
func (e *elements) AppendTime(v time.Time)                       { e.AddTime("", v) }
func (e *elements) AppendUint(v uint)                            { e.AddUint("", v) }
func (e *elements) AppendUint64(v uint64)                        { e.AddUint64("", v) }
func (e *elements) AppendUint32(v uint32)                        { e.AddUint32("", v) }
func (e *elements) AppendUint16(v uint16)                        { e.AddUint16("", v) }
func (e *elements) AppendUint8(v uint8)                          { e.AddUint8("", v) }
func (e *elements) AppendUintptr(v uintptr)                      { e.AddUintptr("", v) }

// object is what a collector kept of an object.
type object []zapcore.Field

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (o object) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for i := range o {
		o[i].AddTo(enc)
	}
	return nil
}

// array is what a collector kept of an array: fields without names.
type array []zapcore.Field

// MarshalLogArray implements zapcore.ArrayMarshaler.
func (a array) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	for i := range a {
		if err := appendElement(enc, &a[i]); err != nil {
			return err
		}
	}
	return nil
}

func appendElement(enc zapcore.ArrayEncoder, f *zapcore.Field) error {
	switch f.Type {
	case zapcore.StringType:
		enc.AppendString(f.String)
	case zapcore.Int64Type:
		enc.AppendInt64(f.Integer)
	case zapcore.Float64Type:
		enc.AppendFloat64(math.Float64frombits(uint64(f.Integer)))
	case zapcore.BoolType:
		enc.AppendBool(f.Integer == 1)
	case zapcore.ObjectMarshalerType:
		return enc.AppendObject(f.Interface.(object))
	case zapcore.ArrayMarshalerType:
		return enc.AppendArray(f.Interface.(array))
	default:
		return enc.AppendReflected(nil)
	}
	return nil
}
