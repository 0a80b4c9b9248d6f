package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The panel on the left: a line for each decorator, with a dot for each number
// of cores on a logarithmic axis, and the numbers beside it.
const (
	timesLeft, timesRight = 175.0, 375.0
	timesTop, timesBottom = 84.0, 370.0
	numbersRight          = 490.0

	shortest = 10.0 // nanoseconds
	decades  = 3
)

func drawTimes(v canvas, c *costs) {
	v.text(20, 30, "title", "start", "What wrapping adds to a Get")
	v.text(20, 50, "small", "start", "hollow: one core; filled: several at once; dashed: two reads of the clock (%.0f ns)", c.clock)

	v.printf(`<g class="axis">`)
	for i := range decades + 1 {
		ns := shortest * math.Pow10(i)
		v.line(timeX(ns), timesTop, timeX(ns), timesBottom, "grid")
		v.text(timeX(ns), timesBottom+18, "small", "middle", "%.0f", ns)
	}
	v.printf("</g>")
	v.line(timesLeft, timesBottom, timesRight, timesBottom, "frame")
	v.line(timeX(c.clock), timesTop, timeX(c.clock), timesBottom, "clock")
	v.text((timesLeft+timesRight)/2, timesBottom+38, "small", "middle", "nanoseconds of a core for each operation")

	const step = (timesBottom - timesTop) / decorators
	v.text(numbersRight, timesTop, "small", "end", "ns, %s cores", joined(c.cores, strconv.Itoa))
	for i, d := range c.decorator {
		y := timesTop + (float64(i)+0.5)*step
		v.text(timesLeft-14, y-1, "", "end", "%s", legend[i].name)
		v.text(timesLeft-14, y+14, "small", "end", "%s", legend[i].detail)
		drawTime(v, c.cores, d, y, legend[i].class)
		v.text(numbersRight, y+4, "", "end", "%s", joined(c.cores, func(cores int) string {
			if ns, measured := d[cores]; measured {
				return fmt.Sprintf("%.0f", ns)
			}
			return "?"
		}))
	}
}

// drawTime draws the dots of a decorator, the one of a single core on top.
func drawTime(v canvas, cores []int, times map[int]float64, y float64, class string) {
	var before float64
	for i := len(cores) - 1; i >= 0; i-- {
		ns, measured := times[cores[i]]
		if !measured {
			continue
		}
		if before > 0 {
			v.line(timeX(before), y, timeX(ns), y, class+" line")
		}
		before = ns
	}
	for i := len(cores) - 1; i >= 0; i-- {
		if ns, measured := times[cores[i]]; measured {
			shape := class + " dot"
			if cores[i] == 1 {
				shape += " hollow"
			}
			v.printf(`<circle cx="%.1f" cy="%.1f" r="5" class="%s"/>`, timeX(ns), y, shape)
		}
	}
}

func joined(cores []int, name func(cores int) string) string {
	parts := make([]string, len(cores))
	for i, n := range cores {
		parts[i] = name(n)
	}
	return strings.Join(parts, " → ")
}

// timeX keeps what is beyond the axis at its ends.
func timeX(ns float64) float64 {
	at := math.Log10(max(ns, shortest)/shortest) / decades
	return timesLeft + (timesRight-timesLeft)*min(at, 1)
}
