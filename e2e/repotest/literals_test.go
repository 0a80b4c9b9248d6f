package repotest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A literal is a name of telemetry that a package writes itself.
type literal struct {
	file string
	line int
	what string // "a field", "a message" …
	text string
}

func (l literal) String() string { return fmt.Sprintf("%s:%d: %s %q", l.file, l.line, l.what, l.text) }

// What a string is that stands at some place in a call.
const (
	aField      = "a field"
	aMessage    = "a message"
	aLogger     = "the name of a logger"
	aScope      = "a scope"
	aMetric     = "a metric"
	aSpan       = "a span or an event"
	anAttribute = "an attribute"
)

// A place is the argument of a call that is a name.
type place struct {
	argument int
	what     string
}

var (
	// Functions of packages whose first argument is a name, by import path; those
	// whose name ends in Value take a value.
	namingPackages = map[string]string{
		"go.uber.org/zap":                      aField,
		"log/slog":                             aField,
		"go.opentelemetry.io/otel/log":         anAttribute,
		"go.opentelemetry.io/otel/attribute":   anAttribute,
		"go.opentelemetry.io/otel/metric/noop": aMetric,
	}

	// Methods of loggers, encoders, providers and spans, whatever they are of.
	namingMethods = map[string]place{
		"Debug": {0, aMessage}, "Info": {0, aMessage}, "Warn": {0, aMessage}, "Error": {0, aMessage},
		"DPanic": {0, aMessage}, "Panic": {0, aMessage}, "Fatal": {0, aMessage},
		"Log": {1, aMessage}, "Check": {1, aMessage},
		"Debugw": {0, aMessage}, "Infow": {0, aMessage}, "Warnw": {0, aMessage}, "Errorw": {0, aMessage},
		"Named": {0, aLogger}, "Meter": {0, aScope}, "Tracer": {0, aScope}, "Logger": {0, aScope},
		"Start": {1, aSpan}, "AddEvent": {0, aSpan}, "SetName": {0, aSpan},
	}
	instruments = regexp.MustCompile(`^(Int64|Float64)(Observable)?(Counter|UpDownCounter|Gauge|Histogram)$`)
	encoders    = regexp.MustCompile(`^(Add(String|ByteString|Binary|Bool|Duration|Time|Array|Object|Reflected|(Int|Uint|Float|Complex)\d*)|OpenNamespace)$`)
	sugared     = regexp.MustCompile(`^(Debug|Info|Warn|Error)w$`)

	// Fields of struct types that are names.
	namingFields = map[string]string{
		"Metrics.Name": aMetric, "Scope.Name": aScope, "KeyValue.Key": anAttribute, "Field.Key": aField,
		"EncoderConfig.TimeKey": aField, "EncoderConfig.LevelKey": aField, "EncoderConfig.NameKey": aField,
		"EncoderConfig.CallerKey": aField, "EncoderConfig.MessageKey": aField, "EncoderConfig.StacktraceKey": aField,
	}
)

// A reading is of the files of one package. It knows the package's own constants, and
// its functions that pass a name on.
type reading struct {
	fset      *token.FileSet
	files     map[string]*ast.File
	constants map[string]ast.Expr
	own       map[string]place
	found     []literal
}

func newReading() *reading {
	return &reading{
		fset: token.NewFileSet(), files: make(map[string]*ast.File),
		constants: make(map[string]ast.Expr), own: make(map[string]place),
	}
}

func (r *reading) add(name string, source []byte) error {
	f, err := parser.ParseFile(r.fset, name, source, parser.SkipObjectResolution)
	r.files[name] = f
	return err
}

// literals returns the names that stand in the package as literals.
func (r *reading) literals() []literal {
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, s := range d.Specs {
					for i, v := range s.(*ast.ValueSpec).Values {
						r.constants[s.(*ast.ValueSpec).Names[i].Name] = v
					}
				}
			}
			return true
		})
	}
	for known := -1; known < len(r.own); { // until no function is found that passes a name on
		known = len(r.own)
		for _, f := range r.files {
			r.passing(f)
		}
	}
	for _, f := range r.files {
		imports := importsOf(f)
		ast.Inspect(f, func(n ast.Node) bool {
			for _, a := range r.names(imports, n) {
				r.look(a.what, a.expr)
			}
			return true
		})
	}
	slices.SortFunc(r.found, func(a, b literal) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line)) })
	return slices.Compact(r.found)
}

// passing finds the functions whose parameter is a name.
func (r *reading) passing(f *ast.File) {
	imports := importsOf(f)
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		parameters, at := make(map[string]int), 0
		for _, p := range fn.Type.Params.List {
			for _, name := range p.Names {
				parameters[name.Name] = at
				at++
			}
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			for _, a := range r.names(imports, n) {
				if ident, ok := a.expr.(*ast.Ident); ok {
					if i, ok := parameters[ident.Name]; ok {
						r.own[fn.Name.Name] = place{i, a.what}
					}
				}
			}
			return true
		})
	}
}

// A name is an expression that is one.
type name struct {
	expr ast.Expr
	what string
}

// names returns the expressions of a node that are names.
func (r *reading) names(imports map[string]string, n ast.Node) []name {
	switch n := n.(type) {
	case *ast.CallExpr:
		return r.namesOfCall(imports, n)
	case *ast.CompositeLit:
		return namesOfStruct(n)
	}
	return nil
}

func (r *reading) namesOfCall(imports map[string]string, call *ast.CallExpr) (all []name) {
	argument := func(p place) {
		if p.argument < len(call.Args) {
			all = append(all, name{call.Args[p.argument], p.what})
		}
	}
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		if p, ok := r.own[fn.Name]; ok {
			argument(p)
		}
	case *ast.SelectorExpr:
		if x, ok := fn.X.(*ast.Ident); ok && imports[x.Name] != "" {
			if what, ok := namingPackages[imports[x.Name]]; ok && !strings.HasSuffix(fn.Sel.Name, "Value") {
				argument(place{0, what})
			}
			return all
		}
		switch p, ok := namingMethods[fn.Sel.Name]; {
		case ok:
			argument(p)
		case instruments.MatchString(fn.Sel.Name):
			argument(place{0, aMetric})
		case encoders.MatchString(fn.Sel.Name):
			argument(place{0, aField})
		default:
			if p, ok := r.own[fn.Sel.Name]; ok {
				argument(p)
			}
		}
		if sugared.MatchString(fn.Sel.Name) {
			for i := 1; i < len(call.Args); i += 2 {
				argument(place{i, aField})
			}
		}
	}
	return all
}

func namesOfStruct(c *ast.CompositeLit) (all []name) {
	var of string
	switch typ := c.Type.(type) {
	case *ast.SelectorExpr:
		of = typ.Sel.Name
	default:
		return nil
	}
	for _, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := kv.Key.(*ast.Ident); ok {
			if what, ok := namingFields[of+"."+key.Name]; ok {
				all = append(all, name{kv.Value, what})
			}
		}
	}
	return all
}

// look notes the text in an expression that is a name: one itself, one of the
// package's constants, or in a concatenation or a conversion.
func (r *reading) look(what string, e ast.Expr) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING && text != "" {
			at := r.fset.Position(e.Pos())
			r.found = append(r.found, literal{at.Filename, at.Line, what, text})
		}
	case *ast.Ident:
		if v, ok := r.constants[e.Name]; ok {
			r.look(what, v)
		}
	case *ast.ParenExpr:
		r.look(what, e.X)
	case *ast.BinaryExpr:
		r.look(what, e.X)
		r.look(what, e.Y)
	case *ast.CallExpr:
		if _, conversion := e.Fun.(*ast.Ident); conversion && len(e.Args) == 1 {
			r.look(what, e.Args[0])
		}
	}
}

// importsOf returns the paths of a file's imports by the name that they have in it.
func importsOf(f *ast.File) map[string]string {
	imports := make(map[string]string)
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		base := path.Base(p)
		if i.Name != nil {
			base = i.Name.Name
		}
		imports[base] = p
	}
	return imports
}
