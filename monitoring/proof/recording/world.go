// Package recording starts the example programs, has Prometheus' scrape loop take what
// they show, in each way in which Prometheus can take histograms, and hands out the
// databases. Beside them it says what the load has really been.
//
// It is for tests, and all that it starts ends with the test.
package recording

import "fmt"

// A World is a way in which Prometheus takes the histograms of a program that has
// classic and native ones.
type World string

// The worlds.
const (
	Classic   World = "classic"   // the classic ones from text, as Prometheus does by default
	Native    World = "native"    // the native ones from protobuf
	Converted World = "converted" // the classic ones as native ones with custom buckets
)

// Worlds are all of them.
func Worlds() []World { return []World{Classic, Native, Converted} }

// Every is the time between two scrapes.
const Every = "1s"

// config is the configuration of a server, whose targets have their jobs as labels.
func (w World) config() string {
	how := map[World]string{
		Classic:   "scrape_protocols: [OpenMetricsText1.0.0, PrometheusText0.0.4]",
		Native:    "scrape_native_histograms: true, scrape_protocols: [PrometheusProto]",
		Converted: "convert_classic_histograms_to_nhcb: true, scrape_protocols: [OpenMetricsText1.0.0, PrometheusText0.0.4]",
	}[w]
	return fmt.Sprintf("global: {scrape_interval: %s, scrape_timeout: %s}\nscrape_configs: [{job_name: %s, %s}]\n", Every, Every, pool, how)
}

// pool is the only set of targets.
const pool = "programs"
