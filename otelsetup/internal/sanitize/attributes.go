package sanitize

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
)

// Attributes mends keys and values. A key that becomes one that is there already
// is left out with its value, as is an empty one. The argument is not changed.
func Attributes(attrs []attribute.KeyValue) (_ []attribute.KeyValue, mended bool) {
	for _, attr := range attrs {
		if bad(attr) {
			return mend(attrs), true
		}
	}
	return attrs, false
}

func bad(attr attribute.KeyValue) bool {
	_, mended := keyValue(attr)
	return mended || attr.Key == ""
}

func mend(attrs []attribute.KeyValue) []attribute.KeyValue {
	taken := make(map[attribute.Key]bool)
	for _, attr := range attrs {
		taken[attr.Key] = true
	}
	all := make([]attribute.KeyValue, 0, len(attrs))
	for _, attr := range attrs {
		good, _ := keyValue(attr)
		if good.Key == "" || good.Key != attr.Key && taken[good.Key] {
			continue
		}
		taken[good.Key] = true
		all = append(all, good)
	}
	return all
}

func keyValue(attr attribute.KeyValue) (_ attribute.KeyValue, mended bool) {
	key, badKey := Text(string(attr.Key))
	value, badValue := Value(attr.Value)
	return attribute.KeyValue{Key: attribute.Key(key), Value: value}, badKey || badValue
}

// Value mends the text in a value.
func Value(v attribute.Value) (_ attribute.Value, mended bool) {
	switch v.Type() {
	case attribute.STRING:
		if text, bad := Text(v.AsString()); bad {
			return attribute.StringValue(text), true
		}
	case attribute.STRINGSLICE:
		texts := v.AsStringSlice() // a copy
		for i := range texts {
			mended = in(&texts[i]) || mended
		}
		if mended {
			return attribute.StringSliceValue(texts), true
		}
	case attribute.SLICE:
		values := v.AsSlice() // a copy
		for i := range values {
			var bad bool
			values[i], bad = Value(values[i])
			mended = mended || bad
		}
		if mended {
			return attribute.SliceValue(values...), true
		}
	case attribute.MAP:
		if attrs, bad := Attributes(v.AsMap()); bad {
			return attribute.MapValue(attrs...), true
		}
	}
	return v, false
}

// Set is Attributes for a set.
func Set(s attribute.Set) (_ attribute.Set, mended bool) {
	for i := range s.Len() {
		if attr, _ := s.Get(i); bad(attr) {
			return attribute.NewSet(mend(s.ToSlice())...), true
		}
	}
	return s, false
}

// Resource mends that of a batch, which may be nil.
func Resource(r *resource.Resource) (_ *resource.Resource, mended bool) {
	if r == nil {
		return nil, false
	}
	url := r.SchemaURL()
	attrs, bad := Set(*r.Set())
	if !in(&url) && !bad {
		return r, false
	}
	return resource.NewWithAttributes(url, attrs.ToSlice()...), true
}

// Scope mends the name of who made something.
func Scope(s instrumentation.Scope) (_ instrumentation.Scope, mended bool) {
	attrs, bad := Set(s.Attributes)
	if bad {
		s.Attributes = attrs
	}
	return s, in(&s.Name, &s.Version, &s.SchemaURL) || bad
}
