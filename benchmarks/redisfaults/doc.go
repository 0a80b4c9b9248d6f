// Package redisfaults has no code but a test: what a Redis client tells of twelve faults with the hook
// and the adapter of this project, and with redisotel and redisotel-native. With -update it writes
// docs/redis-faults.md.
package redisfaults
