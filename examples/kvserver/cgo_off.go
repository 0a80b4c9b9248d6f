//go:build !cgo

package main

// cgo is whether Pebble's cache and tables are outside of Go's memory.
const cgo = false

func returnLarge() {}
