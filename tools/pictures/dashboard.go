package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/otelkv/otelkv/monitoring"
)

// A dashboard is as much of Grafana's classic schema as says what to ask Prometheus for
// and where to draw it. What says how to draw stays raw: the page reads it.
type dashboard struct {
	Title      string  `json:"title"`
	Panels     []panel `json:"panels"`
	Templating struct {
		List []variable `json:"list"`
	} `json:"templating"`
}

type panel struct {
	ID        int      `json:"id"`
	Type      string   `json:"type"`
	Title     string   `json:"title"`
	GridPos   place    `json:"gridPos"`
	Targets   []target `json:"targets"`
	Panels    []panel  `json:"panels"` // of a folded row
	raw       json.RawMessage
	Collapsed bool `json:"collapsed"`
}

type place struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"w"`
	Height int `json:"h"`
}

type target struct {
	RefID    string `json:"refId"`
	Expr     string `json:"expr"`
	Instant  bool   `json:"instant"`
	Exemplar bool   `json:"exemplar"`
}

// UnmarshalJSON keeps what it has read for the page.
func (p *panel) UnmarshalJSON(text []byte) error {
	type fields panel
	if err := json.Unmarshal(text, (*fields)(p)); err != nil {
		return err
	}
	p.raw = append(json.RawMessage(nil), text...)
	return nil
}

// load reads a dashboard from a file, or the one that is shipped.
func load(path string) (d dashboard, err error) {
	var text []byte
	if path == "" {
		text, err = monitoring.Files().ReadFile("dashboard.json")
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("the dashboard: %w", err)
	}
	return d, nil
}

const firstScreen = "overview"

// A row is what stands below a heading, and what has none on top.
type row struct {
	title  string
	panels []panel
}

// rows are those of the dashboard, unfolded.
func (d dashboard) rows() []row {
	all := []row{{title: firstScreen}}
	for _, p := range d.Panels {
		if p.Type == "row" {
			all = append(all, row{p.Title, p.Panels})
			continue
		}
		last := &all[len(all)-1]
		last.panels = append(last.panels, p)
	}
	return all
}
