package clock

import (
	"fmt"
	"os"
)

// Variable is the environment variable that turns the counter off, by the value monotonic. It is
// read once, when the first store is wrapped.
const Variable = "OTELKV_CLOCK"

// setting tells why the environment turns the counter off, or nothing, and whether that is by
// mistake: who sets the variable wants something else than the default, so a value that is not
// known turns it off, too.
func setting() (why string, mistaken bool) {
	switch value := os.Getenv(Variable); value {
	case "", "counter":
		return "", false
	case "monotonic":
		return Variable + " is monotonic", false
	default:
		return fmt.Sprintf("%s is %.40q: neither counter nor monotonic", Variable, value), true
	}
}
