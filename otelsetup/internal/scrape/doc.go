// Package scrape wires what Prometheus scrapes: the collectors of all metrics and of
// the records of stores alone, the registries that they are in, the program's among
// them, and the handler that serves the page.
//
// How a collector renders metrics is in package exposition, and how a page is made of
// registries that may fail in package page.
package scrape
