// Package e2e tests the project against real servers: what they scrape and
// receive is what the programs of this repository have done.
//
// Servers that the operating system has no package of are built from the
// modules under tools. A test whose server is not installed, or cannot be built,
// says so and skips. With OTELKV_E2E set to "required" it fails.
package e2e
