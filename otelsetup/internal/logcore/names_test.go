package logcore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

// strict reads one value and refuses an object that has a name twice.
func strict(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if seen[name.(string)] {
				return fmt.Errorf("%q is there twice", name)
			}
			seen[name.(string)] = true
		}
		if err := strict(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

type twins struct{}

func (twins) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddInt("a", 1)
	enc.AddInt("level", 2)
	enc.OpenNamespace("n")
	enc.AddInt("a", 3)
	enc.AddInt("a", 4)
	return enc.AddReflected("r", json.RawMessage(`{"b":5,"b":{"c":6,"c":7}}`))
}

// A name stands once in an object, and nothing is lost: the line's own parts have
// theirs, then the last field of a name has it, and others have a number.
func TestNamesStandOnce(t *testing.T) {
	ctx := tracefield.Context(traced(t, 1))
	a := func(n int) zap.Field { return zap.Int("a", n) }
	for name, test := range map[string]struct {
		log  func(*zap.Logger)
		want string // from the message on
	}{
		"parts of the line": {func(l *zap.Logger) {
			l.Info("m", zap.String("level", "gold"), zap.Int("message", 1), zap.Int("timestamp", 2), zap.Int("logger", 3), zap.Int("caller", 4), zap.Int("stacktrace", 5))
		}, `"level_1":"gold","message_1":1,"timestamp_1":2,"logger_1":3,"caller_1":4,"stacktrace_1":5`},
		"bound parts":                 {func(l *zap.Logger) { l.With(zap.String("level", "gold")).Info("m", a(1)) }, `"level_1":"gold","a":1`},
		"bound and given parts":       {func(l *zap.Logger) { l.With(zap.Int("level", 1)).Info("m", zap.Int("level", 2)) }, `"level_1":1,"level_2":2`},
		"other case":                  {func(l *zap.Logger) { l.Info("m", zap.Int("Level", 1)) }, `"Level":1`},
		"twins":                       {func(l *zap.Logger) { l.Info("m", a(1), zap.Int("b", 2), a(3)) }, `"a_1":1,"b":2,"a":3`},
		"bound and given":             {func(l *zap.Logger) { l.With(a(1), zap.Int("b", 2)).Info("m", a(3)) }, `"a_1":1,"b":2,"a":3`},
		"bound twice":                 {func(l *zap.Logger) { l.With(a(1)).With(a(2)).Info("m", zap.Int("b", 3)) }, `"a_1":1,"a":2,"b":3`},
		"bound twice and given":       {func(l *zap.Logger) { l.With(a(1)).With(a(2)).Info("m", a(3)) }, `"a_1":1,"a_2":2,"a":3`},
		"numbers that are taken":      {func(l *zap.Logger) { l.Info("m", a(1), zap.Int("a_1", 2), a(3), a(4)) }, `"a_2":1,"a_1":2,"a_3":3,"a":4`},
		"a number that is taken late": {func(l *zap.Logger) { l.With(a(1)).With(a(2)).Info("m", zap.Int("a_1", 3)) }, `"a_2":1,"a":2,"a_1":3`},
		"no name":                     {func(l *zap.Logger) { l.Info("m", zap.Int("", 1), zap.Int("", 2)) }, `"_1":1,"":2`},
		"mended names":                {func(l *zap.Logger) { l.Info("m", zap.Int("a\xff", 1), zap.Int("a\xfe", 2)) }, `"a�_1":1,"a�":2`},
		"errors": {func(l *zap.Logger) {
			l.Info("m", zap.Error(verbose{}), zap.Error(errors.New("two")), zap.Error(verbose{}))
		},
			`"error_1":"short","errorVerbose_1":"long and longer","error_2":"two","error":"short","errorVerbose":"long and longer"`},
		"a namespace is a name":       {func(l *zap.Logger) { l.Info("m", zap.Int("n", 1), zap.Namespace("n"), a(2)) }, `"n_1":1,"n":{"a":2}`},
		"a namespace named as a part": {func(l *zap.Logger) { l.Info("m", zap.Namespace("level"), zap.Int("level", 1)) }, `"level_1":{"level":1}`},
		"a bound namespace of a part": {func(l *zap.Logger) { l.With(zap.Namespace("level")).Info("m", zap.Int("level", 1)) }, `"level_1":{"level":1}`},
		"in a namespace":              {func(l *zap.Logger) { l.Info("m", a(1), zap.Namespace("n"), a(2), a(3)) }, `"a":1,"n":{"a_1":2,"a":3}`},
		"in a bound namespace":        {func(l *zap.Logger) { l.With(a(1), zap.Namespace("n"), a(2)).Info("m", a(3)) }, `"a":1,"n":{"a_1":2,"a":3}`},
		"in the second namespace":     {func(l *zap.Logger) { l.Info("m", zap.Namespace("n"), zap.Namespace("n"), a(2), a(3)) }, `"n":{"n":{"a_1":2,"a":3}}`},
		"before a bound namespace":    {func(l *zap.Logger) { l.With(zap.Int("trace_id", 1), zap.Namespace("n")).Info("m", a(2), ctx) }, `"trace_id_1":1,"n":{"a":2}`},
		"objects and what they reflect": {func(l *zap.Logger) { l.Info("m", zap.Object("o", twins{})) },
			`"o":{"a":1,"level":2,"n":{"a_1":3,"a":4,"r":{"b_1":5,"b":{"c_1":6,"c":7}}}}`},
		"inline objects": {func(l *zap.Logger) {
			l.With(a(0)).Info("m", zap.Inline(zap.DictObject(a(1), zap.Int("level", 2))), a(3))
		},
			`"a_1":0,"a_2":1,"level_1":2,"a":3`},
		"in arrays": {func(l *zap.Logger) { l.Info("m", zap.Any("v", []any{json.RawMessage(`{"c":6,"c":7}`)})) }, `"v":[{"c_1":6,"c":7}]`},
		"others of the record": {func(l *zap.Logger) {
			l.Info("m", zap.Int("severity", 1), zap.Int("body", 2), zap.Int("service.name", 3), zap.Int("dropped", 4))
		}, `"severity":1,"body":2,"service.name":3,"dropped":4`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			test.log(h.Logger)
			_, got, _ := strings.Cut(h.compare(t), `"message":"m",`)
			if got != test.want+"}\n" {
				t.Errorf("line …%swant …%s}", got, test.want)
			}

			// The same without records.
			alone := newHarness(t, func(o *logcore.Options) { o.Provider = nil })
			test.log(alone.Logger)
			if _, line, _ := strings.Cut(alone.line(t), `"message":"m",`); line != got {
				t.Errorf("alone it is …%s, with records …%s", line, got)
			}
		})
	}
}

// What the bridge makes of parts of an entry has its name in both outputs, and only
// in lines that have it.
func TestNamesOfTheRecord(t *testing.T) {
	file, stack, thrown := zap.Int("code.file.path", 1), zap.Int("code.stacktrace", 2), zap.Int("exception.stacktrace", 3)
	whole := []zap.Option{zap.AddCaller(), zap.AddStacktrace(zap.DebugLevel)}
	failure := zap.Error(errors.New("e"))
	for name, test := range map[string]struct {
		options []zap.Option
		bound   []zap.Field
		given   []zap.Field
		want    string
	}{
		"none":               {nil, nil, []zap.Field{file, stack, thrown}, `"code.file.path":1,"code.stacktrace":2,"exception.stacktrace":3`},
		"all":                {whole, nil, []zap.Field{file, stack, thrown}, `"code.file.path_1":1,"code.stacktrace_1":2,"exception.stacktrace":3`},
		"bound":              {whole, []zap.Field{file, stack, thrown}, nil, `"code.file.path_1":1,"code.stacktrace_1":2,"exception.stacktrace":3`},
		"beside an error":    {whole, []zap.Field{file, stack}, []zap.Field{thrown, failure}, `"code.file.path_1":1,"code.stacktrace":2,"exception.stacktrace_1":3,"error":"e"`},
		"with a bound error": {whole, []zap.Field{failure, thrown}, []zap.Field{stack}, `"error":"e","exception.stacktrace_1":3,"code.stacktrace":2`},
		"with one's own exception": {whole, []zap.Field{zap.String("exception.type", "mine")}, []zap.Field{thrown},
			`"exception.type":"mine","exception.stacktrace_1":3`},
		"an exception beside an error": {nil, []zap.Field{zap.String("exception.type", "mine")}, []zap.Field{failure}, `"exception.type":"mine","error":"e"`},
	} {
		h := newHarness(t)
		h.WithOptions(test.options...).With(test.bound...).Info("m", test.given...)
		line, record := h.line(t), h.record(t)
		if err := strict(json.NewDecoder(strings.NewReader(line))); err != nil {
			t.Errorf("%s: %v in %s", name, err, line)
		}
		if !strings.Contains(line, test.want) {
			t.Errorf("%s: line %swant %s in it", name, line, test.want)
		}
		var names []string
		record.WalkAttributes(func(kv attribute.KeyValue) bool {
			names = append(names, string(kv.Key))
			return true
		})
		slices.Sort(names)
		if unique := slices.Compact(slices.Clone(names)); len(unique) < len(names) {
			t.Errorf("%s: a name is there twice: %s", name, names)
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte("{"+test.want+"}"), &fields); err != nil {
			t.Fatal(err)
		}
		for want := range fields {
			if !slices.Contains(names, want) {
				t.Errorf("%s: the record has no %s, but %s", name, want, names)
			}
		}
	}
}

// Many fields are compared in another way.
func TestNamesOfManyFields(t *testing.T) {
	for _, n := range []int{31, 32, 33, 40, 80, 120} {
		h := newHarness(t)
		var fields []zap.Field
		for i := range n {
			fields = append(fields, zap.Int(fmt.Sprint("k", i), i))
		}
		h.With(fields[:n/2]...).Info("m", append(fields[n/2:], zap.Int("k0", n), zap.Int("level", n))...)
		line := h.compare(t)
		for _, want := range []string{`"k0_1":0,"k1":1,`, fmt.Sprintf(`"k%d":%d,"k0":%d,"level_1":%d}`, n-1, n-1, n, n)} {
			if !strings.Contains(line, want) {
				t.Errorf("of %d fields: no %s in %s", n, want, line)
			}
		}
	}
}

// Whatever the names: the line is read by who refuses names that are there twice,
// and has every value, in order.
func FuzzNamesStandOnce(f *testing.F) {
	f.Add("a a a", uint8(1), uint8(2))
	f.Add("level level_1 message a timestamp trace_id span_id trace_id error", uint8(3), uint8(5))
	f.Add("\xff \xfe  a_1 a a_2 a", uint8(2), uint8(0))
	f.Fuzz(func(t *testing.T, text string, first, second uint8) {
		var fields []zap.Field
		for i, name := range strings.Split(text, " ") {
			fields = append(fields, zap.Int(name, i))
		}
		one := int(first) % (len(fields) + 1)
		two := one + int(second)%(len(fields)-one+1)
		h := newHarness(t)
		h.With(fields[:one]...).With(fields[one:two]...).Info("m", append(fields[two:], tracefield.Context(traced(t, 1)))...)
		line := h.compare(t)
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		next := 0
		for {
			token, err := d.Token()
			if err != nil {
				break
			}
			if n, ok := token.(json.Number); ok {
				if n.String() != fmt.Sprint(next) {
					t.Errorf("value %s where %d should be: %s", n, next, line)
				}
				next++
			}
		}
		if next != len(fields) {
			t.Errorf("%d values of %d: %s", next, len(fields), line)
		}
	})
}
