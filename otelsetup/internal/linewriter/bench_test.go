package linewriter_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

func BenchmarkWriteLine(b *testing.B) {
	head, tail := make([]byte, 250), []byte("\n")
	for i := range head {
		head[i] = 'x'
	}
	f, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for _, tt := range []struct {
		name string
		to   io.Writer
	}{{"discard", io.Discard}, {"file", f}, {"foreign", struct{ io.Writer }{io.Discard}}} {
		b.Run(tt.name, func(b *testing.B) {
			w := linewriter.New(tt.to, linewriter.Options{})
			b.ReportAllocs()
			for b.Loop() {
				if err := w.WriteLine(head, tail); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("file alone", func(b *testing.B) {
		line := slices.Concat(head, tail)
		for b.Loop() {
			if _, err := f.Write(line); err != nil {
				b.Fatal(err)
			}
		}
	})
}
