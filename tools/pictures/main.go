// Pictures draws panels of the dashboard with what a Prometheus really has, in a real
// browser, laid out by the dashboard's own grid, with its thresholds, units and legends:
//
//	npm ci --ignore-scripts # once, in tools/pictures
//	GOWORK=off go run . -prometheus http://127.0.0.1:9090 -out first-screen.png
//	GOWORK=off go run . -prometheus http://127.0.0.1:9090 -row Operations -var job=orders -out operations.png
//
// It tells what is wrong with them, such as a panel that draws nothing, and exits with 1
// then.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(status)
}

// list is a flag that can be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ", ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("pictures", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var rows, chosen list
	server := flags.String("prometheus", "http://127.0.0.1:9090", "ask the Prometheus of this `url`")
	path := flags.String("dashboard", "", "draw the dashboard of this `file`; empty is the one that is shipped")
	out := flags.String("out", "picture.png", "write the picture to this `file`")
	length := flags.Duration("for", time.Hour, "draw this `time` until the end")
	until := flags.String("until", "", "the end, as `2006-01-02T15:04:05Z`; empty is now")
	scrape := flags.Duration("scrape", time.Minute, "the `time` between two scrapes")
	theme := flags.String("theme", "dark", "the `colors`: dark or light")
	says := flags.String("says", "", "a `text` beside the title")
	chromium := flags.String("chromium", "chromium", "the `program` that draws")
	modules := flags.String("modules", "node_modules", "the `directory` that npm has filled")
	flags.Var(&rows, "row", "draw the row of this `title`; without any, the first screen")
	flags.Var(&chosen, "var", "a variable and its value, `name=value`")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if len(rows) == 0 {
		rows = list{firstScreen}
	}
	end := time.Now()
	if *until != "" {
		var err error
		if end, err = time.Parse(time.RFC3339, *until); err != nil {
			fmt.Fprintln(stderr, "pictures: -until:", err)
			return 2
		}
	}
	p := picture{prometheus: prometheus(*server), rows: rows, chosen: values{}, says: *says, theme: *theme, span: newSpan(end, *length, *scrape)}
	for _, c := range chosen {
		name, value, found := strings.Cut(c, "=")
		if !found {
			fmt.Fprintf(stderr, "pictures: -var %s: give it as name=value\n", c)
			return 2
		}
		p.chosen[name] = value
	}
	seen, err := paint(ctx, p, *path, *chromium, *modules, *out)
	if err != nil {
		fmt.Fprintln(stderr, "pictures:", err)
		return 1
	}
	status := 0
	for _, r := range seen {
		for _, problem := range r.problems() {
			fmt.Fprintln(stderr, problem)
			status = 1
		}
	}
	return status
}

// paint draws a picture into a file.
func paint(ctx context.Context, p picture, path, chromium, modules, out string) (seen []report, err error) {
	if p.dashboard, err = load(path); err != nil {
		return nil, err
	}
	d, err := p.drawing(ctx)
	if err != nil {
		return nil, err
	}
	b, err := open(ctx, chromium, modules)
	if err != nil {
		return nil, err
	}
	defer b.close()
	png, seen, err := b.draw(d)
	if err != nil {
		return nil, err
	}
	return seen, os.WriteFile(out, png, 0o644)
}
