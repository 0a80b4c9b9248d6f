package blocking

import (
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// escapes are the comments that silence one of the checks.
type escapes struct {
	pass     *analysis.Pass
	comments map[string]map[int]*escape // by file and line
}

type escape struct {
	pos  token.Pos
	used bool
}

// readEscapes finds the comments of the word, and objects to those that give no
// reason.
func readEscapes(pass *analysis.Pass, word string) *escapes {
	e := &escapes{pass, map[string]map[int]*escape{}}
	for _, file := range pass.Files {
		if isTest(pass, file) {
			continue
		}
		for _, group := range file.Comments {
			for _, comment := range group.List {
				reason, ok := strings.CutPrefix(comment.Text, "//otelkv:"+word)
				if !ok {
					continue
				}
				if reason, _, _ = strings.Cut(reason, "//"); strings.TrimSpace(reason) == "" {
					pass.Reportf(comment.Pos(), "//otelkv:%s gives no reason", word)
					continue
				}
				at := pass.Fset.Position(comment.Pos())
				if e.comments[at.Filename] == nil {
					e.comments[at.Filename] = map[int]*escape{}
				}
				e.comments[at.Filename][at.Line] = &escape{pos: comment.Pos()}
			}
		}
	}
	return e
}

// silence reports whether a comment excuses what stands there.
func (e *escapes) silence(pos token.Pos) bool {
	at := e.pass.Fset.Position(pos)
	for _, line := range []int{at.Line, at.Line - 1} {
		if found := e.comments[at.Filename][line]; found != nil {
			found.used = true
			return true
		}
	}
	return false
}

// complain objects to the comments that have silenced nothing.
func (e *escapes) complain(word string) {
	var idle []token.Pos
	for _, lines := range e.comments {
		for _, comment := range lines {
			if !comment.used {
				idle = append(idle, comment.pos)
			}
		}
	}
	slices.Sort(idle)
	for _, pos := range idle {
		e.pass.Reportf(pos, "//otelkv:%s silences nothing", word)
	}
}
