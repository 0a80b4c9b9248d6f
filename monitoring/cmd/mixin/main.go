// Mixin writes the alerting rules and the dashboard of this project for a deployment's own
// thresholds: rules.yaml, prometheusrule.yaml, an example alertmanager.yaml,
// dashboard.json, an example datasources.yaml and runbooks/*.md.
//
//	go run ./monitoring/cmd/mixin -out DIR [-p99 100ms] [-errors 0.01] [-saturation 0.7] [-lag 5s]
//		[-disk 0.9] [-capacity N] [-selector 'job="orders"'] [-labels team=x] [-runbooks URL] [-traces tempo] [-logs loki]
//		[-timescale 1]
//
// It exits with 2 for wrong usage, parameters included, and with 1 when it cannot write.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

func run(args []string, stderr io.Writer) int {
	p := generate.Defaults()
	flags := flag.NewFlagSet("mixin", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", "", "write the files to this `directory`")
	flags.DurationVar(&p.P99, "p99", p.P99, "the most that 99 of 100 operations may `take`, a bound of the buckets")
	flags.Float64Var(&p.Errors, "errors", p.Errors, "the `share` of operations that may fail")
	flags.Float64Var(&p.Saturation, "saturation", p.Saturation, "the `share` of CPU or memory in use that warns")
	flags.DurationVar(&p.Lag, "lag", p.Lag, "the most `time` that a replica may be behind")
	flags.Float64Var(&p.Disk, "disk", p.Disk, "the `share` of the disk that counts as full")
	flags.Float64Var(&p.Capacity, "capacity", p.Capacity, "`operations` a second that an instance can do; with it there is KVCapacityHigh")
	flags.StringVar(&p.Selector, "selector", p.Selector, "`matchers` of the series that the rules are about, as in 'job=\"orders\"'")
	labels := flags.String("labels", "", "further labels of every alert, as in team=x,tier=1: `name=value,…`")
	flags.StringVar(&p.Runbooks, "runbooks", p.Runbooks, "the `URL` below which the runbooks are")
	flags.StringVar(&p.Traces, "traces", p.Traces, "the `uid` of the data source of traces in Grafana, which the dashboard links to; empty for none")
	flags.StringVar(&p.Logs, "logs", p.Logs, "the `uid` of that of logs, likewise")
	flags.Float64Var(&p.Timescale, "timescale", p.Timescale, "multiply all windows and waits by this `factor`, to test the rules")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintln(stderr, "mixin: want no arguments beside flags, got", flags.Arg(0))
		return 2
	case *out == "":
		fmt.Fprintln(stderr, "mixin: say where to write to with -out")
		return 2
	}
	var err error
	if p.Labels, err = parseLabels(*labels); err != nil {
		fmt.Fprintln(stderr, "mixin:", err)
		return 2
	}
	files, err := generate.Files(p)
	if err != nil {
		fmt.Fprintln(stderr, "mixin:", strings.ReplaceAll(err.Error(), "\n", "; "))
		return 2
	}
	if err := generate.Write(*out, files); err != nil {
		fmt.Fprintln(stderr, "mixin:", err)
		return 1
	}
	return 0
}

func parseLabels(text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	labels := make(map[string]string)
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if name = strings.TrimSpace(name); !ok || labels[name] != "" {
			return nil, fmt.Errorf("labels: want name=value, each name once, got %q", pair)
		}
		labels[name] = strings.TrimSpace(value)
	}
	return labels, nil
}
