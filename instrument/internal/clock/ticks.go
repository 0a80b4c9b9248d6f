//go:build linux && (amd64 || arm64) && !otelkv_monotonic

package clock

import (
	"os"
	"strings"
)

// ticks reads the processor's counter. It is not ordered with what surrounds it: a reading may
// be some ten instructions early or late, which is less than it costs to prevent that.
//
//go:noescape
func ticks() uint64

// sourceFile names what the kernel tells time by. It changes when the kernel finds that the
// counter does not do.
const sourceFile = "/sys/devices/system/clocksource/clocksource0/current_clocksource"

// elsewhere tells why the kernel does not tell time by the counter, or nothing, or that it is not
// known.
func elsewhere() (why string, err error) { return notBy(sourceFile) }

func notBy(file string) (why string, err error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if name := strings.TrimSpace(string(source)); name != kernelName {
		return "the kernel tells time by " + name + ", not by " + kernelName, nil
	}
	return "", nil
}
