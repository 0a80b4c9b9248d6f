package main

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/pictures, each fault being on for long enough that its alerts fire")

var buildDir string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(inBuildDir(m))
}

func inBuildDir(m *testing.M) int {
	dir, err := os.MkdirTemp("", "otelkv-pictures-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	buildDir = dir
	defer func() { _ = os.RemoveAll(dir) }()
	return m.Run()
}
