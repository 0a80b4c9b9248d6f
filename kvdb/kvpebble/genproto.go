//go:build genproto

// This file is never built. It keeps a requirement in go.mod: some of Pebble's
// dependencies ask for a google.golang.org/genproto from before its packages
// moved to modules of their own, and a program that imports those as well, as
// the OTLP exporters do, would find two of each.

package kvpebble

import _ "google.golang.org/genproto/googleapis/type/date"
