package main

import (
	"context"
	"encoding/json"
	"fmt"
)

// A drawing is what the page is given to draw.
type drawing struct {
	Title  string  `json:"title"`
	Says   string  `json:"says"` // beside the title
	Theme  string  `json:"theme"`
	Start  int64   `json:"start"` // in milliseconds
	End    int64   `json:"end"`
	Step   int64   `json:"step"`
	Panels []drawn `json:"panels"`
}

// drawn is a panel with its answers.
type drawn struct {
	Panel   json.RawMessage `json:"panel"`
	At      place           `json:"at"`
	Title   string          `json:"title"` // with values in place of variables
	Answers []answer        `json:"answers"`
}

// A picture is what to draw of a dashboard.
type picture struct {
	dashboard  dashboard
	prometheus prometheus
	rows       []string // titles; the first screen is firstScreen
	chosen     values
	says       string
	theme      string
	span       span
}

// drawing asks for what the panels show, and puts one row below the other, unfolded.
func (p picture) drawing(ctx context.Context) (drawing, error) {
	s := p.span
	d := drawing{Title: p.dashboard.Title, Says: p.says, Theme: p.theme, Start: s.start.UnixMilli(), End: s.end.UnixMilli(), Step: s.step.Milliseconds()}
	v, err := p.dashboard.values(p.chosen, s)
	if err != nil {
		return d, err
	}
	texts, err := p.dashboard.texts(p.chosen)
	if err != nil {
		return d, err
	}
	byTitle := make(map[string]row)
	for _, r := range p.dashboard.rows() {
		byTitle[r.title] = r
	}
	below := 0
	for _, title := range p.rows {
		r, ok := byTitle[title]
		if !ok {
			return d, fmt.Errorf("the dashboard has no row %q", title)
		}
		if title != firstScreen {
			heading, err := json.Marshal(map[string]any{"type": "row", "title": title})
			if err != nil {
				return d, err
			}
			d.Panels = append(d.Panels, drawn{Panel: heading, At: place{0, below, 24, 1}, Title: title})
			below++
		}
		top, bottom := r.extent()
		for _, one := range r.panels {
			at := one.GridPos
			at.Y += below - top
			n := drawn{Panel: one.raw, At: at, Title: texts.fill(one.Title)}
			for _, t := range one.Targets {
				a, err := p.prometheus.ask(ctx, t, v, s)
				if err != nil {
					return d, fmt.Errorf("%s, query %s: %w", one.Title, t.RefID, err)
				}
				n.Answers = append(n.Answers, a)
			}
			d.Panels = append(d.Panels, n)
		}
		below += bottom - top
	}
	return d, nil
}

// extent are the cells of the grid between which the panels of a row stand.
func (r row) extent() (top, bottom int) {
	for i, p := range r.panels {
		if i == 0 || p.GridPos.Y < top {
			top = p.GridPos.Y
		}
		bottom = max(bottom, p.GridPos.Y+p.GridPos.Height)
	}
	return top, bottom
}
