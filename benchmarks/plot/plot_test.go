package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const oneReport = `{"rows": [
	{"name": "vs_clock", "cost": 100, "reference": 60},
	{"name": "vs_client_golang", "cost": 100, "reference": 130},
	{"name": "vs_client_golang_parallel", "cost": 55, "reference": 200, "goroutines": 2},
	{"name": "vs_client_golang_equal", "cost": 100, "reference": 1000},
	{"name": "vs_otel_prebuilt", "cost": 100, "reference": 500},
	{"name": "vs_otel_naive", "cost": 100, "reference": 3000},
	{"name": "vs_otel_naive_parallel", "cost": 55, "reference": 2500, "goroutines": 2},
	{"name": "memory_per_store", "cost": 1, "reference": 2}
]}`

const anotherReport = `{"rows": [
	{"name": "vs_clock", "cost": 1, "reference": 1},
	{"name": "vs_client_golang", "cost": 1, "reference": 1},
	{"name": "vs_client_golang_parallel", "cost": 30, "reference": 250, "goroutines": 4}
]}`

func exampleCosts(t *testing.T) *costs {
	t.Helper()
	c := new(costs)
	for _, text := range []string{oneReport, anotherReport} {
		if err := c.add([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestCosts(t *testing.T) {
	c := exampleCosts(t)
	if c.clock != 60 || !slices.Equal(c.cores, []int{1, 2, 4}) {
		t.Errorf("clock %v, cores %v; want 60 of the first report, 1, 2 and 4", c.clock, c.cores)
	}
	for _, tt := range []struct {
		decorator, cores int
		ns               float64
	}{
		{otelkv, 1, 100}, {otelkv, 2, 110}, {otelkv, 4, 120},
		{clientGolang, 1, 130}, {clientGolang, 2, 400}, {clientGolang, 4, 1000},
		{clientGolangEqual, 1, 1000}, {clientGolangEqual, 2, 0},
		{otelPrebuilt, 1, 500}, {otelNaive, 1, 3000}, {otelNaive, 2, 5000},
	} {
		if got := c.decorator[tt.decorator][tt.cores]; got != tt.ns {
			t.Errorf("decorator %d on %d cores takes %v ns; want %v", tt.decorator, tt.cores, got, tt.ns)
		}
	}
}

func TestNoReport(t *testing.T) {
	for _, text := range []string{`{}`, `{"rows": [{"name": "vs_clock", "reference": 60}]}`} {
		if err := new(costs).add([]byte(text)); !errors.Is(err, errNoReport) {
			t.Errorf("%s: err = %v; want errNoReport", text, err)
		}
	}
	if err := new(costs).add([]byte("row ratio")); err == nil {
		t.Error("a table is taken for JSON")
	}
}

// The picture is XML, whatever is in it lies on it, and the numbers are there.
func TestPicture(t *testing.T) {
	var out bytes.Buffer
	draw(&out, exampleCosts(t))
	text := out.String()
	for _, want := range []string{"(60 ns)", ">ns, 1 → 2 → 4 cores<", ">100 → 110 → 120<", ">1000 → ? → ?<", ">3000 → 5000 → ?<", "operations a second", "0.001 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if got := strings.Count(text, "<circle"); got != 3+3+1+1+2 {
		t.Errorf("%d dots; want one for each measurement", got)
	}
	if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, "%!") {
		t.Errorf("it contains what is no number: %s", text)
	}
	for d := xml.NewDecoder(&out); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range element.Attr {
			var at float64
			if n, _ := fmt.Sscan(a.Value, &at); n == 1 && (at < 0 || at > width) && a.Name.Local != "viewBox" {
				t.Errorf("%s %s=%q lies outside", element.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
}

// A line ends where an operation takes the whole core, and begins where it is
// seen at all.
func TestShareStaysInItsPanel(t *testing.T) {
	for _, ns := range []float64{0.001, 1, 100, 1e4, 1e6} {
		var out bytes.Buffer
		drawShare(canvas{&out}, ns, "a line")
		var x1, y1, x2, y2 float64
		if _, err := fmt.Sscanf(out.String(), `<path d="M%f %f L%f %f"`, &x1, &y1, &x2, &y2); err != nil {
			t.Fatalf("%v ns: %q", ns, out.String())
		}
		if x1 < sharesLeft || x2 > sharesRight || x1 > x2 || y1 > sharesBottom || y2 < sharesTop {
			t.Errorf("%v ns: from %v, %v to %v, %v", ns, x1, y1, x2, y2)
		}
	}
}

func TestAxes(t *testing.T) {
	for _, tt := range []struct{ got, want float64 }{
		{timeX(10), timesLeft}, {timeX(1e4), timesRight}, {timeX(0), timesLeft}, {timeX(1e9), timesRight},
		{timeX(100), timesLeft + (timesRight-timesLeft)/3},
		{rateX(1e3), sharesLeft}, {rateX(1e5), (sharesLeft + sharesRight) / 2}, {rateX(1e7), sharesRight},
		{shareY(1e-5), sharesBottom}, {shareY(1), sharesTop},
	} {
		if math.Abs(tt.got-tt.want) > 1e-9 {
			t.Errorf("at %v; want %v", tt.got, tt.want)
		}
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	report, picture := filepath.Join(dir, "report.json"), filepath.Join(dir, "costs.svg")
	if err := os.WriteFile(report, []byte(oneReport), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{[]string{"-h"}, 0, "-o"},
		{[]string{"-unknown"}, 2, "-unknown"},
		{nil, 2, "name a report"},
		{[]string{filepath.Join(dir, "none")}, 1, "none"},
		{[]string{"-o", picture, "main.go"}, 1, "main.go: invalid character"},
		{[]string{"-o", dir, report}, 1, dir},
		{[]string{"-o", picture, report}, 0, ""},
	} {
		var stderr bytes.Buffer
		if code := run(tt.args, &stderr); code != tt.code || !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("plot %q = %d, %q; want %d, …%s…", tt.args, code, stderr.String(), tt.code, tt.stderr)
		}
	}
	if text, err := os.ReadFile(picture); err != nil || !bytes.HasPrefix(text, []byte("<svg ")) {
		t.Errorf("the picture is %.20q, %v", text, err)
	}
}
