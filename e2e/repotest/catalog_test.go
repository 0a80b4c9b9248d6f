package repotest

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// TestNamesComeFromTheCatalogue: a name that is written a second time is one
// that will differ some day.
func TestNamesComeFromTheCatalogue(t *testing.T) {
	known := knownNames()
	packages := make(map[string]*reading)
	for _, name := range files(t, emits) {
		dir := path.Dir(name)
		if packages[dir] == nil {
			packages[dir] = newReading()
		}
		if err := packages[dir].add(name, read(t, name)); err != nil {
			t.Error(err)
		}
	}
	for _, p := range packages {
		for _, l := range p.literals() {
			t.Errorf("%v: take it from monitoring/catalog", l)
		}
		for name, f := range p.files {
			for _, i := range f.Imports {
				if strings.Contains(i.Path.Value, "/semconv/") {
					t.Errorf("%s: take names from monitoring/catalog, which a test holds to the conventions", name)
				}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && known[text] {
						t.Errorf("%s:%d: take the name %q from monitoring/catalog", name, p.fset.Position(lit.Pos()).Line, text)
					}
				}
				return true
			})
		}
	}
}

// emits reports whether a file is one of those that emit telemetry.
func emits(name string) bool {
	if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
		return false
	}
	top, rest, _ := strings.Cut(name, "/")
	switch top {
	case "instrument", "otelsetup", "health", "pprofx", "examples":
		return true
	case "internal":
		return !strings.HasPrefix(rest, "testutil/")
	}
	return false
}

// knownNames are those that nothing else can mean: the names of metrics, the keys of
// attributes, and messages of more than one word.
func knownNames() map[string]bool {
	known := make(map[string]bool)
	for _, g := range append(catalog.Groups(), catalog.Others()...) {
		for _, m := range g.Metrics {
			known[m.Name] = true
		}
	}
	for _, a := range catalog.Attributes() {
		known[a.Key] = true
	}
	for _, l := range catalog.Lines() {
		if strings.Contains(l.Message, " ") {
			known[l.Message] = true
		}
	}
	return known
}

// TestLiterals: what the test above takes for a name, one of each kind.
func TestLiterals(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"a field", `func f() { l.Info(m, zap.String("rate", v)) }`, `a field "rate"`},
		{"a field by a constant", `const key = "rate"; func f() { l.Info(m, zap.Int(key, v)) }`, `a field "rate"`},
		{"a field by a function", `func f() { milliseconds("pause_ms", d) }; func milliseconds(key string, d int) zap.Field { return zap.Int(key, d) }`, `a field "pause_ms"`},
		{"a field by two", `func f() { ms(1, "pause") }; func ms(d int, key string) zap.Field { return field(key, d) }; func field(key string, d int) zap.Field { return zap.Int(key, d) }`, `a field "pause"`},
		{"a field of an encoder", `func f() { enc.AddString("trace_id", id) }`, `a field "trace_id"`},
		{"a field of a struct", `var f = zapcore.Field{Key: "rate"}`, `a field "rate"`},
		{"the encoder's", `var c = zapcore.EncoderConfig{MessageKey: "msg"}`, `a field "msg"`},
		{"a sugared field", `func f() { l.Errorw(m, "error", err) }`, `a field "error"`},
		{"of slog", `func f() { slog.String("rate", v) }`, `a field "rate"`},
		{"a message", `func f() { t.Logger().Warn("it happened") }`, `a message "it happened"`},
		{"a message with a level", `func f() { l.Check(level, "it happened") }`, `a message "it happened"`},
		{"a message by a method", `func f() { s.log.warn("it happened", 1) }; func (l *log) warn(message string, n int) { l.write(n, message) }; func (l *log) write(n int, message string) { l.logger.Warn(message) }`, `a message "it happened"`},
		{"a message of parts", `func f() { l.Warn("it " + verb) }`, `a message "it "`},
		{"a sugared message", `func f() { l.Errorw("it happened") }`, `a message "it happened"`},
		{"the name of a logger", `func f() { l.Named("health") }`, `the name of a logger "health"`},
		{"a scope", `const scope = "github.com/x"; func f() { mp.Meter(scope) }`, `a scope "github.com/x"`},
		{"a scope of a struct", `var s = instrumentation.Scope{Name: "github.com/x"}`, `a scope "github.com/x"`},
		{"an attribute", `func f() { span.SetAttributes(attribute.String("kvdb.new", v)) }`, `an attribute "kvdb.new"`},
		{"an attribute's key", `const key = attribute.Key("kvdb.new")`, `an attribute "kvdb.new"`},
		{"an attribute by a constant", `const key = "kvdb.new"; func f() { attribute.Int(key, v) }`, `an attribute "kvdb.new"`},
		{"a metric", `func f() { m.Int64ObservableCounter("kvdb.new") }`, `a metric "kvdb.new"`},
		{"a metric of a struct", `var m = metricdata.Metrics{Name: "kvdb.new"}`, `a metric "kvdb.new"`},
		{"a span", `func f() { tracer.Start(ctx, "get " + namespace) }`, `a span or an event "get "`},
		{"an event", `func f() { span.AddEvent("it happened") }`, `a span or an event "it happened"`},
		{"from the catalogue", `func f() { l.Warn(catalog.M, zap.String(catalog.F, "a value"), zap.Error(err)) }`, ""},
		{"values", `func f() { attribute.StringValue("text"); attribute.Key(catalog.K).String("idle") }`, ""},
		{"other calls", `func f() { http.Error(w, "not allowed", 405); errors.New("no"); zap.Reflect("", v) }`, ""},
	} {
		r := newReading()
		if err := r.add("x.go", []byte("package x\n"+`import ("log/slog"; "errors"; "net/http"; "go.uber.org/zap"; "go.opentelemetry.io/otel/attribute")`+"\n"+tt.source)); err != nil {
			t.Fatal(tt.name, err)
		}
		var got []string
		for _, l := range r.literals() {
			got = append(got, strings.TrimPrefix(l.String(), "x.go:3: "))
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("%s: found %s, want %s", tt.name, text, tt.want)
		}
	}
}
