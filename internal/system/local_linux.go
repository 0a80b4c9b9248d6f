package system

import (
	"os"
	"runtime"
)

func local() Machine {
	return Linux{
		Root:       os.DirFS("/"),
		PageSize:   uint64(os.Getpagesize()),
		GOMAXPROCS: func() int { return runtime.GOMAXPROCS(0) },
	}.Machine()
}
