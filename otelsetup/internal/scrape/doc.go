// Package scrape has the side of collectors in what Prometheus scrapes: which there
// are, of all metrics and of the records of stores alone; which registries they are
// in, including the program's; and who answers which request, also after the end.
//
// In a scrape, package page has a handler that asks these registries, bears with
// those that fail, and writes the page; a registry asks its collectors, which package
// exposition renders from a collection of the SDK.
package scrape
