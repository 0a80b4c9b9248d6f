//go:build cgo

package main

// #ifdef __linux__
// #include <malloc.h>
// #endif
//
// static void return_large(void) {
// #ifdef __GLIBC__
// 	mallopt(M_MMAP_THRESHOLD, 128 << 10);
// #endif
// } // does nothing without glibc.
import "C"

// cgo is whether Pebble's cache and tables are outside of Go's memory.
const cgo = true

// returnLarge makes C's malloc return large blocks to the system at once. By default
// that of glibc keeps more and more of them, up to 32 MiB each, once it has seen
// some, and six values of 16 MiB that were read through Pebble's cache of 32 MiB
// left the process 70 MiB larger.
func returnLarge() { C.return_large() }
