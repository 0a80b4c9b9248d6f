package health

import (
	"context"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// Memory checks the memory of the program against the tightest limit of its
// control groups, or else its own pages against the machine's memory. What the
// kernel can take back at once, the pages of files above all, is not used. It is
// the number that kvdb.utilization shows for memory. The check says the name and
// "nearly exhausted".
//
// Nil limits are the defaults: it warns above objective.Saturation, fails above
// objective.SaturationCritical. Where the system does not tell, it warns.
func Memory(name string, limits *Limits) Check {
	return memory(name, limits, system.Local())
}

func memory(name string, limits *Limits, machine system.Machine) Check {
	read := func(context.Context) (float64, error) {
		m, err := machine.Memory()
		return m.Share(), err
	}
	c := newCheck(name, "nearly exhausted", 0)
	return utilization(c, read, limits, Limits{Warn: objective.Saturation, Fail: objective.SaturationCritical})
}
