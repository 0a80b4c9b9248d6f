//go:build !linux

package main

// preemptions is unknown here: disturbed slices count.
func preemptions() int { return 0 }
