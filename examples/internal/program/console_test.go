package program

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A gate is an output that takes nothing until it is opened.
type gate struct {
	open chan struct{}
	took strings.Builder
}

func (g *gate) Write(text []byte) (int, error) {
	<-g.open
	return g.took.Write(text)
}

// Nobody waits for an output that takes nothing longer than its patience, and only
// once; what began to be written is whole, and so is what comes after it.
func TestConsoleThatStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		c := Console(g)
		began := time.Now()
		text := []byte("greeting\n")
		for range 3 {
			if _, err := c.Write(text); !errors.Is(err, errStalled) {
				t.Errorf("error %v", err)
			}
			copy(text, "overwritten")
		}
		if took := time.Since(began); took != patience {
			t.Errorf("waited for %v", took)
		}
		close(g.open)
		synctest.Wait()
		if n, err := io.WriteString(c, "stopped\n"); n != 8 || err != nil {
			t.Error(n, err)
		}
		if got := g.took.String(); got != "greeting\nstopped\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestConsoleThatFails(t *testing.T) {
	r, w := io.Pipe()
	r.CloseWithError(io.ErrUnexpectedEOF)
	if _, err := io.WriteString(Console(w), "greeting\n"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v", err)
	}
}
