package generate

import (
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/runbook"
)

// runbooks are the files runbooks/NAME.md, and a table of them.
func runbooks(p Parameters) ([]File, error) {
	s, err := p.scope()
	if err != nil {
		return nil, err
	}
	table, err := index(p)
	if err != nil {
		return nil, err
	}
	files := []File{table}
	for _, a := range alert.All() {
		levels := a.Levels(s)
		if len(levels) == 0 {
			continue
		}
		text, err := runbook.Text(a, levels, s)
		if err != nil {
			return nil, err
		}
		files = append(files, File{"runbooks/" + a.Name + ".md", text})
	}
	return files, nil
}
