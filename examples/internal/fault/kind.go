package fault

import (
	"fmt"
	"strings"
	"time"
)

// A Kind is a way to fail. The zero Kind is none.
type Kind int32

// The kinds, in the order of the table.
const (
	None Kind = iota
	Errors
	Slow
	Lag
	Replica
	Disk
	FullDisk
	Stall
	SlowDisk
	OldRead
	Freelist
	Engine
	Hang
	Canceled
	Conflicts
	Idle
	Unknown
	Saturation
	Memory
	Telemetry
	Restart
)

// An entry is what there is to say of a kind. What operations suffer is in strike.go.
type entry struct {
	name, does string
	engines    []string      // that can have it, as -engine names them; nil is all
	takes      time.Duration // by default; 0 is what cannot be chosen
}

var (
	pebble = []string{"pebble"}
	bolt   = []string{"bolt"}
	trees  = []string{"pebble", "badger"}
	onDisk = []string{"pebble", "bolt"}
	known  = []string{"pebble", "bolt", "badger"} // of which the used share of the disk is known
)

var table = [...]entry{
	None:       {name: "none", does: "all is well"},
	Errors:     {name: "errors", does: "one in ten operations finds the store unavailable"},
	Slow:       {name: "slow", does: "one in twenty operations takes 300 ms longer"},
	Lag:        {name: "lag", does: "a simulated replica is 30 s behind"},
	Replica:    {name: "replica", does: "a simulated replica does not answer"},
	Disk:       {name: "disk", does: "95 % of the disk are used", engines: known},
	FullDisk:   {name: "fulldisk", does: "the disk fills up, as fulldisk:30s within 30 s, until writes fail", engines: onDisk, takes: 2 * time.Minute},
	Stall:      {name: "stall", does: "flushes wait for the disk or for compactions, and writes for flushes", engines: trees},
	SlowDisk:   {name: "slowdisk", does: "every quarter of a minute a flush waits eight seconds for the disk", engines: pebble},
	OldRead:    {name: "oldread", does: "a read transaction stays open", engines: bolt},
	Freelist:   {name: "freelist", does: "most pages of the file are free, and the list of them is long", engines: bolt},
	Engine:     {name: "engine", does: "the engine fails, and works again when the program is started again", engines: onDisk},
	Hang:       {name: "hang", does: "one operation hangs"},
	Canceled:   {name: "canceled", does: "one in five callers goes away"},
	Conflicts:  {name: "conflicts", does: "updates lose to others"},
	Idle:       {name: "idle", does: "the load stops"},
	Unknown:    {name: "unknown", does: "the check of the database hangs"},
	Saturation: {name: "saturation", does: "the program burns the CPU time that it can have"},
	Memory:     {name: "memory", does: "the program holds most of the memory that its control group can have"},
	Telemetry:  {name: "telemetry", does: "telemetry goes to an OTLP endpoint that is not there, too; the program starts again for it"},
	Restart:    {name: "restart", does: "the program starts again and again, as restart:2s every two seconds", takes: 10 * time.Second},
}

// String returns the name of the kind.
func (k Kind) String() string { return table[k].name }

// Help returns what -fault is for, and a line for each kind.
func Help() string {
	var help strings.Builder
	help.WriteString("fail on purpose, one of these `kinds`, which POST /fault?kind= switches:")
	for _, e := range table {
		engines := ""
		if len(e.engines) == 1 {
			engines = ", engine " + e.engines[0]
		}
		fmt.Fprintf(&help, "\n%-11s%s%s", e.name, e.does, engines)
	}
	return help.String()
}

// Does returns what the kind does, in some words.
func (k Kind) Does() string { return table[k].does }
