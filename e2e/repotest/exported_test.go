package repotest

import (
	"fmt"
	"go/constant"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// exported returns a line for each constant with its value, variable, function,
// type, field, method, and method of an interface that users of a package can
// write down, in order. data has the files with the compiler's export data.
func exported(t *testing.T, name string, data map[string]string) []string {
	t.Helper()
	lookup := func(name string) (io.ReadCloser, error) { return os.Open(data[name]) }
	pkg, err := importer.ForCompiler(token.NewFileSet(), "gc", lookup).Import(name)
	if err != nil {
		t.Fatal(err)
	}
	l := lister{pkg: pkg}
	for _, name := range pkg.Scope().Names() {
		if object := pkg.Scope().Lookup(name); object.Exported() {
			l.object(object)
		}
	}
	slices.Sort(l.lines)
	return slices.Compact(l.lines)
}

// A lister collects the lines of a package.
type lister struct {
	pkg   *types.Package
	lines []string
}

func (l *lister) add(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// qualify leaves out the package's own name, and writes the paths of others.
func (l *lister) qualify(p *types.Package) string {
	if p == l.pkg {
		return ""
	}
	return p.Path()
}

func (l *lister) object(object types.Object) {
	switch o := object.(type) {
	case *types.Const:
		l.add("%s = %s", types.ObjectString(o, l.qualify), value(o))
	case *types.TypeName:
		l.typeName(o)
	default:
		l.add("%s", types.ObjectString(o, l.qualify))
	}
}

// value returns all of a constant, which its String cuts short.
func value(o *types.Const) string {
	if o.Val().Kind() == constant.Float {
		return o.Val().String()
	}
	return o.Val().ExactString()
}

func (l *lister) typeName(o *types.TypeName) {
	if o.IsAlias() {
		l.add("%s", types.ObjectString(o, l.qualify))
		return
	}
	named, ok := o.Type().(*types.Named)
	if !ok {
		return
	}
	head, _, _ := strings.Cut(types.ObjectString(o, l.qualify), " struct{")
	switch u := named.Underlying().(type) {
	case *types.Struct:
		l.add("%s struct", head)
		l.fields(o.Name(), u)
	case *types.Interface:
		head, _, _ = strings.Cut(head, " interface{")
		l.add("%s interface", strings.TrimSuffix(head, " interface"))
		l.methods(o.Name(), u)
	default:
		l.add("%s", head)
	}
	for m := range named.Methods() {
		if m.Exported() {
			l.add("%s", types.ObjectString(m, l.qualify))
		}
	}
}

func (l *lister) fields(of string, s *types.Struct) {
	for f := range s.Fields() {
		switch typ := types.TypeString(f.Type(), l.qualify); {
		case f.Exported() && f.Embedded():
			l.add("type %s struct, embeds %s", of, typ)
		case f.Exported():
			l.add("type %s struct, %s %s", of, f.Name(), typ)
		case f.Embedded(): // what it has is promoted
			l.promoted(of, f)
		}
	}
	if !types.Comparable(s) {
		l.add("type %s struct, not comparable", of)
	}
}

// promoted lists the methods that an embedded type without an exported name
// gives to a struct.
func (l *lister) promoted(of string, f *types.Var) {
	set := types.NewMethodSet(f.Type())
	for s := range set.Methods() {
		if s.Obj().Exported() {
			l.add("type %s struct, promotes %s%s", of, s.Obj().Name(), strings.TrimPrefix(types.TypeString(s.Type(), l.qualify), "func"))
		}
	}
}

// methods lists what an interface asks for. Users cannot implement one that
// is sealed, so that it may grow.
func (l *lister) methods(of string, i *types.Interface) {
	for m := range i.Methods() {
		if !m.Exported() {
			l.add("type %s interface, sealed", of)
			continue
		}
		l.add("type %s interface, %s%s", of, m.Name(), strings.TrimPrefix(types.TypeString(m.Type(), l.qualify), "func"))
	}
	for e := range i.EmbeddedTypes() {
		if _, union := e.(*types.Union); union {
			l.add("type %s interface, of %s", of, types.TypeString(e, l.qualify))
		}
	}
}
