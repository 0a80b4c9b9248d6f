// Package reference sends the same random commands to kvserver and to Redis, and wants
// the same bytes back, but for what differences_test.go lists with its reasons.
//
// The commands of a seed are the same in each run: "go test ./e2e/reference -args -seed 7"
// runs others than CI does, and "-steps 100000" runs longer. When replies differ, the test
// leaves out commands until only those are left that it takes, and prints them.
//
// It also compares what was sent with what /metrics counts.
package reference
