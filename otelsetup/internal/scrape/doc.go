// Package scrape wires what Prometheus scrapes: the collector of all metrics, and
// one of only the records of stores; the registries that they are in, including
// the program's; and the handler that serves the page.
//
// Package exposition has how a collector renders metrics, and package page how a
// page is made of registries that may fail.
package scrape
