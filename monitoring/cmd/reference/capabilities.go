package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// A capability is one of package kvdb.
type capability struct{ name, does string }

// elements are the interfaces of package kvdb that no store is asked for: what every
// store has, what wraps one, and what a function of the caller is given.
var elements = []string{"Decorator", "Reader", "Store", "Txn"}

// capabilities returns all that the source has, in alphabetical order.
func capabilities(tree fs.FS) ([]capability, error) {
	names, err := fs.Glob(tree, "kvdb/*.go")
	if err != nil {
		return nil, err
	}
	var all []capability
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		found, err := capabilitiesOf(name, source)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("kvdb: no capability found")
	}
	slices.SortFunc(all, func(a, b capability) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// capabilitiesOf returns those of one file.
func capabilitiesOf(name string, source []byte) (all []capability, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		types, ok := d.(*ast.GenDecl)
		if !ok || types.Tok != token.TYPE {
			continue
		}
		for _, s := range types.Specs {
			spec := s.(*ast.TypeSpec)
			if _, ok := spec.Type.(*ast.InterfaceType); !ok || !spec.Name.IsExported() || slices.Contains(elements, spec.Name.Name) {
				continue
			}
			comment := spec.Doc
			if comment == nil {
				comment = types.Doc
			}
			c := capability{name: spec.Name.Name}
			if c.does, ok = predicate(c.name, comment.Text()); !ok {
				return nil, fmt.Errorf("%s: the documentation of %s does not begin with what it does", name, c.name)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// predicate returns what the first sentence of a comment says that a type does.
func predicate(name, comment string) (does string, ok bool) {
	sentence := new(doc.Package).Synopsis(comment)
	subject := regexp.MustCompile(`^An? ` + name + ` `)
	return strings.TrimSuffix(subject.ReplaceAllString(sentence, ""), "."), subject.MatchString(sentence)
}
