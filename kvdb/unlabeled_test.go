package kvdb_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// labelled returns what a goroutine profile says of goroutines with a label of
// this value.
func labelled(t *testing.T, value string) (stacks []string) {
	t.Helper()
	var page strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&page, 1); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(page.String(), "\n\n") {
		if strings.Contains(stack, `"`+value+`"`) {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// What is started there has no labels, and the caller keeps its own.
func TestUnlabeled(t *testing.T) {
	for name, test := range map[string]struct {
		call func(fn func())
		want int // goroutines with the labels
	}{
		"as usual":  {func(fn func()) { fn() }, 2},
		"unlabeled": {kvdb.Unlabeled, 1},
	} {
		t.Run(name, func(t *testing.T) {
			pprof.Do(t.Context(), pprof.Labels("test", t.Name()), func(context.Context) {
				started, stop := make(chan struct{}), make(chan struct{})
				defer close(stop)
				test.call(func() {
					go func() {
						close(started)
						<-stop
					}()
				})
				<-started
				if stacks := labelled(t, t.Name()); len(stacks) != test.want {
					t.Errorf("%d goroutines with labels, want %d:\n%s", len(stacks), test.want, strings.Join(stacks, "\n"))
				}
			})
		})
	}
}

func TestUnlabeledPanics(t *testing.T) {
	want := errors.New("no file")
	defer func() {
		if got := recover(); got != want {
			t.Errorf("the caller sees %v", got)
		}
	}()
	kvdb.Unlabeled(func() { panic(want) })
	t.Error("the caller goes on")
}

func TestUnlabeledEnds(t *testing.T) {
	done := make(chan bool)
	go func() {
		ended := true
		defer func() { done <- ended }()
		kvdb.Unlabeled(runtime.Goexit)
		ended = false
	}()
	if !<-done {
		t.Error("the caller goes on after the end of the goroutine")
	}
}
