// Reference writes the pages under docs/reference and the tables of metrics and engines in
// README.md from what the catalogue, package kvdb and the adapters declare.
//
//	go generate ./monitoring/catalog
//	go run ./monitoring/cmd/reference [-root directory]
//
// Without -root it writes to the tree that the working directory is in. It exits
// with 1 when it cannot, and 2 for wrong usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

func run(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("reference", flag.ContinueOnError)
	flags.SetOutput(stderr)
	root := flags.String("root", "", "the `directory` of the tree; by default the one with a go.work around the working directory")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintln(stderr, "reference: want no arguments beside flags, got", flags.Arg(0))
		return 2
	}
	if err := write(*root); err != nil {
		fmt.Fprintln(stderr, "reference:", err)
		return 1
	}
	return 0
}

// write writes every page whose text differs.
func write(root string) error {
	if root == "" {
		found, err := tree(".")
		if err != nil {
			return err
		}
		root = found
	}
	pages, err := generate(os.DirFS(root))
	if err != nil {
		return err
	}
	for _, p := range pages {
		name := filepath.Join(root, filepath.FromSlash(p.name))
		if old, err := os.ReadFile(name); err == nil && string(old) == p.text {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(p.text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A page is a file that is generated, as a whole or between two markers.
type page struct{ name, text string }

// generate returns the pages as they should be.
func generate(tree fs.FS) ([]page, error) {
	readme, err := fs.ReadFile(tree, "README.md")
	if err != nil {
		return nil, err
	}
	all, err := capabilities(tree)
	if err != nil {
		return nil, err
	}
	filled := string(readme)
	for _, part := range []struct {
		region
		text string
	}{{metricsRegion, metricsOverview()}, {enginesRegion, enginesOverview(all)}} {
		if filled, err = part.fill(filled, part.text); err != nil {
			return nil, fmt.Errorf("README.md: %w", err)
		}
	}
	return []page{
		{"README.md", filled},
		{"docs/reference/engines.md", enginesPage(all)},
		{"docs/reference/metrics.md", metricsPage()},
		{"docs/reference/logs.md", logsPage()},
		{"docs/reference/spans.md", spansPage()},
	}, nil
}

// tree returns the directory of the workspace around dir.
func tree(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no go.work in %s and above: give the tree with -root", dir)
		}
	}
}
