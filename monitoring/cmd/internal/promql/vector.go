// Package promql writes expressions of Prometheus from metrics of the catalogue, so
// that no name of a metric or a label is spelled by hand.
package promql

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Vector is an expression that yields series.
type Vector struct {
	text  string
	binds int // how tightly its operator binds; 0 is none
}

// How tightly operators bind. All of them take what is on their left first.
const (
	alternatively = iota + 1 // or
	logical                  // and, unless
	comparing                // > >= < ==
	adding                   // -
	multiplying              // * /
)

// Raw is an expression that is written already.
func Raw(text string) Vector { return Vector{text: text} }

// String returns the expression.
func (v Vector) String() string { return v.text }

// bracketed is the vector as an operand of an operator that binds so tightly.
func (v Vector) bracketed(binds int) string {
	if v.binds > 0 && v.binds < binds {
		return "(" + v.text + ")"
	}
	return v.text
}

// Call applies a function of Prometheus, with parameters before the vector.
func (v Vector) Call(function string, parameters ...float64) Vector {
	var list strings.Builder
	for _, p := range parameters {
		list.WriteString(Number(p) + ", ")
	}
	return Raw(function + "(" + list.String() + v.text + ")")
}

// Sum adds up the series that differ only in the given attributes.
func (v Vector) Sum(attributes ...string) Vector { return v.aggregate("sum", attributes) }

// Max takes the largest of the series that differ only in the given attributes.
func (v Vector) Max(attributes ...string) Vector { return v.aggregate("max", attributes) }

// Count counts the series that differ only in the given attributes.
func (v Vector) Count(attributes ...string) Vector { return v.aggregate("count", attributes) }

func (v Vector) aggregate(how string, attributes []string) Vector {
	return Raw(how + " without (" + Labels(attributes...) + ") (" + v.text + ")")
}

// By aggregates the series that agree in the given labels.
func (v Vector) By(how string, labels ...string) Vector {
	return Raw(how + " by (" + strings.Join(labels, ", ") + ") (" + v.text + ")")
}

// Over divides by another vector with the same labels.
func (v Vector) Over(other Vector) Vector { return v.join("/", multiplying, Same, other) }

// Plus adds another vector with the same labels.
func (v Vector) Plus(other Vector) Vector { return v.join("+", adding, Same, other) }

// Minus subtracts another vector with the same labels.
func (v Vector) Minus(other Vector) Vector { return v.join("-", adding, Same, other) }

// Times multiplies with a number.
func (v Vector) Times(f float64) Vector {
	return v.join("*", multiplying, Same, Raw(Number(f)))
}

// OneMinus is the share that is left.
func (v Vector) OneMinus() Vector { return Raw("1").Minus(v) }

// Multiplied multiplies with another vector with the same labels.
func (v Vector) Multiplied(other Vector) Vector { return v.join("*", multiplying, Same, other) }

// Above keeps what is larger than a number.
func (v Vector) Above(f float64) Vector { return v.compare(">", f) }

// Below keeps what is smaller than a number.
func (v Vector) Below(f float64) Vector { return v.compare("<", f) }

// AtLeast keeps what is not smaller than a number.
func (v Vector) AtLeast(f float64) Vector { return v.compare(">=", f) }

// Is keeps what equals a number.
func (v Vector) Is(f float64) Vector { return v.compare("==", f) }

// Exceeds is 1 for what is larger than a number, and 0 for the rest.
func (v Vector) Exceeds(f float64) Vector { return v.compare("> bool", f) }

func (v Vector) compare(operator string, f float64) Vector {
	return v.join(operator, comparing, Same, Raw(Number(f)))
}

// LessThan keeps what is smaller than in another vector with the same labels.
func (v Vector) LessThan(other Vector) Vector { return v.join("<", comparing, Same, other) }

// NotLessThan keeps what is at least what it is in another vector with the same labels.
func (v Vector) NotLessThan(other Vector) Vector { return v.join(">=", comparing, Same, other) }

// A Match says by which labels series of two vectors belong together.
type Match string

// Same is a match by all labels.
const Same Match = ""

// On is a match by the given labels.
func On(labels ...string) Match { return Match("on (" + strings.Join(labels, ", ") + ")") }

// Ignoring is a match by all labels but those of the given attributes.
func Ignoring(attributes ...string) Match { return Match("ignoring (" + Labels(attributes...) + ")") }

// And keeps the series that the other vector has, too.
func (v Vector) And(m Match, other Vector) Vector { return v.join("\nand", logical, m, other) }

// Unless keeps the series that the other vector does not have.
func (v Vector) Unless(m Match, other Vector) Vector { return v.join("\nunless", logical, m, other) }

// Or adds the series of the other vector that this one does not have.
func (v Vector) Or(other Vector) Vector { return v.join("\nor", alternatively, Same, other) }

func (v Vector) join(operator string, binds int, m Match, other Vector) Vector {
	if m != Same {
		operator += " " + string(m)
	}
	space := " "
	if strings.HasPrefix(operator, "\n") {
		space = ""
	}
	return Vector{text: v.bracketed(binds) + space + operator + " " + other.bracketed(binds+1), binds: binds}
}

// Labels lists the labels of attributes.
func Labels(attributes ...string) string {
	list := make([]string, len(attributes))
	for i, a := range attributes {
		list[i] = catalog.PrometheusLabel(a)
	}
	return strings.Join(list, ", ")
}

// Number writes a number as people do: 0.0144.
func Number(f float64) string { return strconv.FormatFloat(Round(f), 'f', -1, 64) }

// Round drops what binary fractions add: 1 - 0.999 is 0.001.
func Round(f float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 12, 64), 64)
	if err != nil {
		return f
	}
	return rounded
}

// Duration writes a time as Prometheus does: 1h30m.
func Duration(d time.Duration) string {
	if d <= 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		is   time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if d >= u.is {
			fmt.Fprintf(&b, "%d%s", d/u.is, u.name)
			d %= u.is
		}
	}
	return b.String()
}
