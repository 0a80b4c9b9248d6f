package dashboard

// columns are those of Grafana's grid.
const columns = 24

// A Place is where a panel or the heading of a row stands on the grid.
type Place struct{ X, Y, Width, Height uint32 }

// Bottom is the first row of cells below it.
func (p Place) Bottom() uint32 { return p.Y + p.Height }

// places returns those of a row's panels from a row of cells on, side by side as they
// come, and the first row of cells below them.
func places(panels []Panel, y uint32) ([]Place, uint32) {
	all := make([]Place, len(panels))
	var x, height uint32
	for i, p := range panels {
		if x+p.Width > columns {
			x, y, height = 0, y+height, 0
		}
		all[i] = Place{x, y, p.Width, p.Height}
		x, height = x+p.Width, max(height, p.Height)
	}
	return all, y + height
}

// laid gives panels that have none a width and a height, and makes a chart of those that
// do not say what they are.
func laid(width, height uint32, panels ...Panel) []Panel {
	for i := range panels {
		p := &panels[i]
		if p.Width == 0 {
			p.Width = width
		}
		if p.Height == 0 {
			p.Height = height
		}
		if p.Kind == "" {
			p.Kind = TimeSeries
		}
	}
	return panels
}
