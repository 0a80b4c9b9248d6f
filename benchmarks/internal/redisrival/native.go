package redisrival

import (
	"fmt"

	native "github.com/redis/go-redis/extra/redisotel-native/v9"
	"github.com/redis/go-redis/v9"
)

// openNative turns on all groups of metrics: by default commands are in none.
func openNative(c *Client, options *redis.Options, tel Telemetry) error {
	global := native.GetObservabilityInstance()
	config := native.NewConfig().WithEnabled(true).WithMeterProvider(tel.Meters).WithMetricGroups(native.MetricGroupAll)
	if err := global.Init(config); err != nil {
		return fmt.Errorf("redisotel-native: %w", err)
	}
	c.Ends = append(c.Ends, global.Shutdown)
	return openBare(c, options, tel)
}
