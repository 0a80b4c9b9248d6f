// Package linearizability checks that what clients of kvserver see is what they would see
// if each command happened at one moment between its call and its return: under load,
// key by key, for each engine, with porcupine.
//
// A history that fails is drawn: "go test -artifacts" keeps the page.
package linearizability
