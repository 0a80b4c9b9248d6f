// Otelkvlint is a tool of go vet with this repository's own checks: see package
// blocking.
package main

import (
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/otelkv/otelkv/tools/lint/blocking"
)

func main() { unitchecker.Main(blocking.LockHeld, blocking.CloseLimit) }
