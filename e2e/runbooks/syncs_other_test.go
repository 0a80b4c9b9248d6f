//go:build !linux

package runbooks

import (
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

func holdSyncs(t *testing.T, _ *redisserver.Server) {
	process.Missing(t, "one thread of another process is stopped on Linux alone")
}
