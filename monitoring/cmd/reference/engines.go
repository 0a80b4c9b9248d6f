package main

import (
	"cmp"
	"slices"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// enginesOverview returns the table of README.md, in which capabilities of the same
// engines share a row.
func enginesOverview(all []capability) string {
	type group struct {
		names, cells []string
	}
	var groups []group
	for _, c := range all {
		cells := has(c)
		at := slices.IndexFunc(groups, func(g group) bool { return slices.Equal(g.cells, cells) })
		if at < 0 {
			at = len(groups)
			groups = append(groups, group{cells: cells})
		}
		groups[at].names = append(groups[at].names, c.name)
	}
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(count(b.cells), count(a.cells)) })
	rows := [][]string{cells("runs", where)}
	for _, g := range groups {
		rows = append(rows, append([]string{code(g.names...)}, g.cells...))
	}
	return table(engineHead(""), rows)
}

// enginesPage returns docs/reference/engines.md.
func enginesPage(all []capability) string {
	d := newDocument("Engines and capabilities", theEngines)
	d.paragraph("Every store has Get, Put, Delete and Close. What else its engine can do, it offers as capabilities: interfaces of [kvdb](../../kvdb), " +
		"for which a program asks with `kvdb.As`. No adapter imitates what its engine does not have. Behind `instrument.Wrap` a store has the capabilities that it had before. " +
		"[Another table](metrics.md#" + anchor(operationsHeading) + ") says which operations of the metrics they bring.")
	rows := make([][]string, len(all))
	for i, c := range all {
		rows[i] = append([]string{code(c.name)}, append(has(c), marked(c.does))...)
	}
	d.table(append(engineHead("capability"), "what it does"), rows)
	d.paragraph("What a store with default options says of itself (`kvdb.Info`). Sizes are rounded; those of values are of systems of 64 bits.")
	d.table(engineHead(""), [][]string{
		cells("runs", where),
		cells("keeps a TTL to", func(e engine.Engine) string {
			return orNone(e.Info.TTLResolution > 0, seconds(e.Info.TTLResolution.Seconds()))
		}),
		cells("longest key", func(e engine.Engine) string { return size(e.Info.MaxKey) }),
		cells("longest value", func(e engine.Engine) string { return size(e.Info.MaxValue) }),
		cells("documentation", func(e engine.Engine) string { return source(e.Package) }),
	})
	d.paragraph("The documentation of each adapter says what is durable when, what blocks, and what depends on options of the engine.")
	return d.String()
}

// engineHead is the head of a table with a column for each engine.
func engineHead(first string) []string {
	return cells(first, func(e engine.Engine) string { return e.Name })
}

// cells are a row with what is said of each engine.
func cells(first string, of func(engine.Engine) string) []string {
	row := []string{first}
	for _, e := range engine.All() {
		row = append(row, of(e))
	}
	return row
}

// has says which engines have a capability.
func has(c capability) []string {
	return cells("", func(e engine.Engine) string { return orNone(e.Has(c.name), "yes") })[1:]
}

func count(cells []string) (n int) {
	for _, c := range cells {
		if c != none {
			n++
		}
	}
	return n
}

func where(e engine.Engine) string {
	if e.Info.Remote {
		return "on a server"
	}
	return "in the process"
}

func size(most int) string {
	if most == 0 {
		return "no limit"
	}
	return bytes(float64(most))
}

// none is the cell of what an engine does not have.
const none = "–"

func orNone(has bool, cell string) string {
	if !has {
		return none
	}
	return cell
}
