//go:build linux && !otelkv_monotonic

package clock

// kernelName is what the kernel calls the counter.
const kernelName = "tsc"

// cpuid asks the processor about itself.
//
//go:noescape
func cpuid(leaf uint32) (eax, edx uint32)

// unsteady tells why the counter does not count time, or nothing: it counts at one rate in
// every state of the processor where that says so, in bit 8 of leaf 0x80000007 (Intel's and
// AMD's manuals call it the invariant TSC).
func unsteady() string {
	const leaf = 0x80000007
	if most, _ := cpuid(0x80000000); most < leaf {
		return "the processor does not say whether its counter is steady"
	}
	if _, edx := cpuid(leaf); edx&(1<<8) == 0 {
		return "the processor's counter is not steady"
	}
	return ""
}
