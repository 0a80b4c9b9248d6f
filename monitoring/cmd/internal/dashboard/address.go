package dashboard

import "strings"

// UID names the dashboard in Grafana for good.
const UID = "otelkv"

// Path is that of the dashboard in Grafana.
const Path = "/d/" + UID

// Tag finds the dashboard among others.
const Tag = "otelkv"

// readable undoes what is only needed within HTML, so that one can read the queries.
var readable = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")
