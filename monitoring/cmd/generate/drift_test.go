package generate_test

import (
	"io/fs"
	"testing"

	"github.com/otelkv/otelkv/monitoring"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// What is committed is what the catalogue and the objectives yield, and nothing else.
func TestFilesAreCurrent(t *testing.T) {
	files, err := generate.Files(generate.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	made := make(map[string]bool)
	for _, f := range files {
		made[f.Name] = true
		committed, err := fs.ReadFile(monitoring.Files(), f.Name)
		if err != nil || string(committed) != f.Text {
			t.Errorf("monitoring/%s is not what the catalogue and the objectives yield: run go generate ./monitoring (%v)", f.Name, err)
		}
	}
	err = fs.WalkDir(monitoring.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !made[name] {
			t.Errorf("monitoring/%s is generated no more: delete it", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
