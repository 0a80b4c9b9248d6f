package sanitize

import (
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{"": "", "café": "café", "\uFFFD": "\uFFFD", "caf\xe9": "caf\uFFFD", "\xff\xfe": "\uFFFD", "a\xffb\xffc": "a\uFFFDb\uFFFDc", "\xed\xa0\x80": "\uFFFD"} {
		if got, mended := Text(in); got != want || mended != (in != want) {
			t.Errorf("%q became %q, mended %v", in, got, mended)
		}
	}
}

func TestAttributes(t *testing.T) {
	str := attribute.String
	for name, tt := range map[string]struct{ in, want []attribute.KeyValue }{
		"none":    {nil, nil},
		"clean":   {[]attribute.KeyValue{str("k", "v"), attribute.Int("n", 1)}, []attribute.KeyValue{str("k", "v"), attribute.Int("n", 1)}},
		"value":   {[]attribute.KeyValue{str("k", "v"), str("b", "\xff"), str("c", "d")}, []attribute.KeyValue{str("k", "v"), str("b", "\uFFFD"), str("c", "d")}},
		"key":     {[]attribute.KeyValue{str("\xff", "v")}, []attribute.KeyValue{str("\uFFFD", "v")}},
		"no key":  {[]attribute.KeyValue{str("a", "b"), str("", "v")}, []attribute.KeyValue{str("a", "b")}},
		"nothing": {[]attribute.KeyValue{str("", "v")}, []attribute.KeyValue{}},
		"keys that become one": {
			[]attribute.KeyValue{str("\xff", "first"), str("\xfe", "second"), str("k\xff", "third"), str("k\uFFFD", "fourth"), str("twice", "1"), str("twice", "2")},
			[]attribute.KeyValue{str("\uFFFD", "first"), str("k\uFFFD", "fourth"), str("twice", "1"), str("twice", "2")},
		},
		"slice":  {[]attribute.KeyValue{attribute.StringSlice("s", []string{"a", "\xff"})}, []attribute.KeyValue{attribute.StringSlice("s", []string{"a", "\uFFFD"})}},
		"values": {[]attribute.KeyValue{{Key: "s", Value: attribute.SliceValue(attribute.IntValue(1), attribute.StringValue("\xff"))}}, []attribute.KeyValue{{Key: "s", Value: attribute.SliceValue(attribute.IntValue(1), attribute.StringValue("\uFFFD"))}}},
		"map": {
			[]attribute.KeyValue{{Key: "m", Value: attribute.MapValue(str("\xff", "1"), attribute.KeyValue{Key: "deep", Value: attribute.MapValue(str("k", "\xff"))})}},
			[]attribute.KeyValue{{Key: "m", Value: attribute.MapValue(str("\uFFFD", "1"), attribute.KeyValue{Key: "deep", Value: attribute.MapValue(str("k", "\uFFFD"))})}},
		},
		"bytes": {[]attribute.KeyValue{{Key: "b", Value: attribute.ByteSliceValue([]byte("\xff"))}}, []attribute.KeyValue{{Key: "b", Value: attribute.ByteSliceValue([]byte("\xff"))}}},
	} {
		t.Run(name, func(t *testing.T) {
			before := slices.Clone(tt.in)
			got, mended := Attributes(tt.in)
			if !slices.Equal(got, tt.want) || mended == slices.Equal(tt.in, tt.want) {
				t.Errorf("%v became %v, mended %v; want %v", tt.in, got, mended, tt.want)
			}
			if !slices.Equal(tt.in, before) {
				t.Errorf("the argument was changed to %v", tt.in)
			}
			set, _ := Set(attribute.NewSet(tt.in...))
			for _, attr := range set.ToSlice() {
				if bad(attr) {
					t.Errorf("in the set: %v", attr)
				}
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	if r, mended := Resource(nil); r != nil || mended {
		t.Error("a resource out of nothing")
	}
	clean := resource.NewWithAttributes("url", attribute.String("k", "v"))
	if r, mended := Resource(clean); r != clean || mended {
		t.Error("a clean resource was copied")
	}
	r, mended := Resource(resource.NewWithAttributes("url\xff", attribute.String("team", "caf\xe9")))
	if v, _ := r.Set().Value("team"); !mended || v.AsString() != "caf\uFFFD" || r.SchemaURL() != "url\uFFFD" {
		t.Errorf("%v %q", r, r.SchemaURL())
	}
	for _, s := range []instrumentation.Scope{
		{Name: "\xff"},
		{Version: "\xff"},
		{SchemaURL: "\xff"},
		{Attributes: attribute.NewSet(attribute.String("k", "\xff"))},
	} {
		good, mended := Scope(s)
		_, still := Scope(good)
		if !mended || still {
			t.Errorf("%+v became %+v", s, good)
		}
	}
	s := instrumentation.Scope{Name: "n", Version: "v", SchemaURL: "u", Attributes: attribute.NewSet(attribute.String("k", "v"))}
	if good, mended := Scope(s); mended || good != s {
		t.Errorf("%+v became %+v", s, good)
	}
}
