package dashboard_test

import (
	"testing"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// firstScreen is how many cells fit on 720 pixels. A cell is 30 pixels high, with 8 to
// the next one; Grafana's bars, two lines of variables and margins take some 180.
const firstScreen = (720 - 180) / 38

func TestFirstScreenFits(t *testing.T) {
	d := read(t, byDefault())
	var bottom uint32
	for _, p := range d.Panels {
		if p.RowPanel != nil {
			if y := p.RowPanel.GridPos.Y; y != bottom {
				t.Errorf("the first row begins at %d, below panels that end at %d", y, bottom)
			}
			break
		}
		bottom = max(bottom, p.Panel.GridPos.Y+p.Panel.GridPos.H)
	}
	if bottom == 0 || bottom > firstScreen {
		t.Errorf("the first screen is %d cells high, want at most %d", bottom, firstScreen)
	}
}

func TestNothingOverlaps(t *testing.T) {
	d := read(t, byDefault())
	var open []place
	for _, p := range d.Panels {
		if p.RowPanel == nil {
			open = append(open, place{*p.Panel.Title, *p.Panel.GridPos})
			continue
		}
		open = append(open, place{*p.RowPanel.Title, *p.RowPanel.GridPos})
		folded := []place{{*p.RowPanel.Title, *p.RowPanel.GridPos}}
		for _, in := range p.RowPanel.Panels {
			folded = append(folded, place{*in.Title, *in.GridPos})
		}
		apart(t, folded)
	}
	apart(t, open)
}

type place struct {
	title string
	sdk.GridPos
}

func apart(t *testing.T, places []place) {
	t.Helper()
	for i, a := range places {
		if a.X+a.W > 24 {
			t.Errorf("%s ends beyond the grid", a.title)
		}
		for _, b := range places[:i] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s lies on %s", a.title, b.title)
			}
		}
	}
}

// Panels of one line are equally high and fill it, so that there are no holes.
func TestNoHoles(t *testing.T) {
	for _, r := range byDefault().Rows() {
		var width, height uint32
		for _, p := range r.Panels {
			if width == 24 {
				width = 0
			}
			if width > 0 && p.Height != height {
				t.Errorf("%q of row %q is not as high as its neighbour", p.Title, r.Title)
			}
			width, height = width+p.Width, p.Height
			if width > 24 {
				t.Errorf("%q of row %q does not fit beside its neighbour", p.Title, r.Title)
			}
		}
	}
}

func TestIDsAreUnique(t *testing.T) {
	seen := make(map[uint32]string)
	for _, r := range byDefault().Rows() {
		ids := map[uint32]string{}
		if r.Title != "" {
			ids[r.ID] = r.Title
		}
		titles := make(map[string]bool)
		for _, p := range r.Panels {
			if ids[p.ID] != "" || titles[p.Title] {
				t.Errorf("row %q has the panel %d, %q, twice", r.Title, p.ID, p.Title)
			}
			ids[p.ID], titles[p.Title] = p.Title, true
			if p.ID < r.ID || p.ID >= r.ID+100 {
				t.Errorf("%d, %q, is not among the ids of row %q", p.ID, p.Title, r.Title)
			}
		}
		for id, title := range ids {
			if other, ok := seen[id]; ok || id == 0 {
				t.Errorf("%q and %q have the id %d", other, title, id)
			}
			seen[id] = title
		}
	}
}
