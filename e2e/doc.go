// Package e2e tests the project against real servers: what they scrape and
// receive is what the programs of this repository have done.
//
// A test whose server is not installed says so and skips. With OTELKV_E2E set
// to "required" it fails.
package e2e
