package main

import (
	"fmt"
	"math"
)

// The panel on the right: a line for each decorator, both axes logarithmic.
const (
	sharesLeft, sharesRight = 605.0, 815.0
	sharesTop, sharesBottom = 84.0, 370.0

	slowest, fastest = 1e3, 1e7  // operations a second
	least, most      = 1e-5, 1.0 // of a core
)

func drawShares(v canvas, c *costs) {
	v.text(540, 30, "title", "start", "What that is of one core")
	v.text(540, 50, "small", "start", "its time on one core × operations a second")

	v.printf(`<g class="axis">`)
	for rate := slowest; rate <= fastest; rate *= 10 {
		v.line(rateX(rate), sharesTop, rateX(rate), sharesBottom, "grid")
		v.text(rateX(rate), sharesBottom+18, "small", "middle", "%s", rateName(rate))
	}
	for share := most; share > least/2; share /= 10 {
		v.line(sharesLeft, shareY(share), sharesRight, shareY(share), "grid")
		v.text(sharesLeft-8, shareY(share)+4, "small", "end", "%g %%", math.Round(share*1e5)/1e3)
	}
	v.printf("</g>")
	v.line(sharesLeft, sharesTop, sharesLeft, sharesBottom, "frame")
	v.line(sharesLeft, sharesBottom, sharesRight, sharesBottom, "frame")
	v.text((sharesLeft+sharesRight)/2, sharesBottom+38, "small", "middle", "operations a second")
	v.printf(`<text transform="translate(%.1f %.1f) rotate(-90)" class="small" text-anchor="middle">share of one core</text>`,
		sharesLeft-56, (sharesTop+sharesBottom)/2)

	drawShare(v, c.clock, "clock")
	for i := range legend {
		drawShare(v, c.decorator[i][1], legend[i].class+" line")
	}
	drawLegend(v)
}

// drawShare draws the line of an operation that takes so many nanoseconds, up
// to where it takes the whole core.
func drawShare(v canvas, ns float64, class string) {
	if ns <= 0 {
		return
	}
	first, last := max(slowest, least/ns*1e9), min(fastest, most/ns*1e9)
	v.printf(`<path d="M%.1f %.1f L%.1f %.1f" class="%s"/>`,
		rateX(first), shareY(first*ns/1e9), rateX(last), shareY(last*ns/1e9), class)
}

// drawLegend names the lines, the steepest cost on top as in the picture.
func drawLegend(v canvas) {
	const x, step = sharesRight + 18, 46
	y := sharesTop + 14
	for i := decorators - 1; i >= 0; i-- {
		v.line(x, y-4, x+18, y-4, legend[i].class+" line")
		v.text(x+25, y, "", "start", "%s", legend[i].name)
		v.text(x+25, y+15, "small", "start", "%s", legend[i].detail)
		y += step
	}
	v.line(x, y-4, x+18, y-4, "clock")
	v.text(x+25, y, "", "start", "two clock reads")
}

func rateX(rate float64) float64 {
	return sharesLeft + (sharesRight-sharesLeft)*math.Log10(rate/slowest)/math.Log10(fastest/slowest)
}

func shareY(share float64) float64 {
	return sharesBottom - (sharesBottom-sharesTop)*math.Log10(share/least)/math.Log10(most/least)
}

func rateName(rate float64) string {
	if rate >= 1e6 {
		return fmt.Sprintf("%.0f M", rate/1e6)
	}
	return fmt.Sprintf("%.0f k", rate/1e3)
}
