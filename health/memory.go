package health

import (
	"context"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// Memory checks the memory of the program against its limit: that of its
// control group, of which pages of files that nobody has used lately count as
// free, or else the machine's, against the program's own pages. It says the name
// and "nearly exhausted".
//
// Nil limits are the defaults: it warns above objective.Saturation, fails above
// objective.SaturationCritical. Where the system does not tell, it warns.
func Memory(name string, limits *Limits) Check {
	read := newMemoryReader()
	c := Utilization(name, func(context.Context) (float64, error) { return read() }, nil)
	c.Reason = name + " nearly exhausted"
	l, err := limits.or(Limits{Warn: objective.Saturation, Fail: objective.SaturationCritical})
	c.err = err
	c.Run = func(context.Context) error {
		share, err := read()
		return l.judge(name, share, err)
	}
	return c
}
