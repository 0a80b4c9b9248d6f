package main

import (
	"fmt"
	"io"
)

// The decorators as the picture names them, in colours that people with any
// kind of colour vision tell apart, on white and on black.
var legend = [decorators]struct{ name, detail, class string }{
	otelkv:            {"otelkv", "default signals", "a"},
	clientGolang:      {"client_golang", "three instruments", "b"},
	otelPrebuilt:      {"OTel API", "prebuilt attributes", "c"},
	clientGolangEqual: {"client_golang", "the same signals", "d"},
	otelNaive:         {"OTel API", "per call, with a span", "e"},
}

const (
	width  = 1000
	height = 430
)

// The colours follow the reader's; fonts are those of the reader's system.
const style = `
  .ground { fill: #ffffff } text { fill: #24292f; font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
  .title { font-size: 15px; font-weight: 600 } .small { font-size: 12px } .small, .axis text { fill: #57606a }
  .grid { stroke: #d0d7de; stroke-width: 1 } .frame { stroke: #8c959f; stroke-width: 1 }
  .line { stroke-width: 2.5 } .clock { stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 5 4; fill: none }
  .a { fill: #0072b2; stroke: #0072b2 } .b { fill: #d98c00; stroke: #d98c00 } .c { fill: #009e73; stroke: #009e73 }
  .d { fill: #d55e00; stroke: #d55e00 } .e { fill: #b85a93; stroke: #b85a93 }
  .line { fill: none } .dot { stroke-width: 2.5 } .hollow { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .small, .axis text { fill: #9da7b3 }
    .grid { stroke: #2b323b } .frame { stroke: #6e7781 } .clock { stroke: #9da7b3 }
    .a { fill: #3d9fe0; stroke: #3d9fe0 } .b { fill: #e69f00; stroke: #e69f00 } .c { fill: #1fb890; stroke: #1fb890 }
    .d { fill: #ec7a2c; stroke: #ec7a2c } .e { fill: #cc79a7; stroke: #cc79a7 } .line { fill: none } .hollow { fill: #0d1117 }
  }
`

// A canvas writes SVG elements.
type canvas struct{ w io.Writer }

func (c canvas) printf(format string, args ...any) { fmt.Fprintf(c.w, format+"\n", args...) }

func (c canvas) text(x, y float64, class, anchor, format string, args ...any) {
	c.printf(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`, x, y, class, anchor, fmt.Sprintf(format, args...))
}

func (c canvas) line(x1, y1, x2, y2 float64, class string) {
	c.printf(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="%s"/>`, x1, y1, x2, y2, class)
}

// draw writes the picture.
func draw(w io.Writer, c *costs) {
	v := canvas{w}
	v.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title">`, width, height, width, height)
	v.printf(`<title id="title">What instrumenting a Get costs: nanoseconds by decorator and number of cores, and the share of a core by operations a second</title>`)
	v.printf("<style>%s</style>", style)
	v.printf(`<rect class="ground" width="%d" height="%d" rx="6"/>`, width, height)
	drawTimes(v, c)
	drawShares(v, c)
	v.printf("</svg>")
}
