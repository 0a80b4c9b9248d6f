package pprofx_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelkv/otelkv/pprofx"
)

// temporary returns a directory for an example.
func temporary() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "pprofx-")
	if err != nil {
		panic(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

func ExampleStart() {
	p, err := pprofx.Start(pprofx.WithAddress("127.0.0.1:0")) // 127.0.0.1:6060 in a program
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()

	res, err := http.Get("http://" + p.Addr().String() + "/debug/pprof/goroutine?debug=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	fmt.Println(res.Status)
	// Output: 200 OK
}

// An address that strangers can reach needs a token.
func ExampleWithToken() {
	_, err := pprofx.Start(pprofx.WithAddress(":6060"))
	fmt.Println(errors.Is(err, pprofx.ErrCredentials))

	p, err := pprofx.Start(pprofx.WithAddress(":0"), pprofx.WithToken("4f1c1d9a2b7e8f60"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	// Output: true
}

func ExampleProfiler_Handler() {
	p, err := pprofx.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()

	mux := http.NewServeMux()
	mux.Handle("/debug/pprof/", p.Handler()) // strangers are refused here, too
	// Output:
}

func ExampleProfiler_Capture() {
	dir, remove := temporary()
	defer remove()
	p, err := pprofx.Start(pprofx.WithDirectory(dir))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel() // the five seconds of CPU are left out
	path, err := p.Capture(ctx, "cache rebuilt")
	fmt.Println(strings.Contains(path, "-goroutine-call-cache_rebuilt"), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

func ExampleProfiler_OnSlow() {
	dir, remove := temporary()
	defer remove()
	p, err := pprofx.Start(pprofx.WithDirectory(dir))
	if err != nil {
		fmt.Println(err)
		return
	}
	first := p.OnSlow(context.Background(), "get", 300*time.Millisecond)
	second := p.OnSlow(context.Background(), "get", 2*time.Second) // began before the recording ended
	fmt.Println(first == second)
	p.Close() // waits until it is written

	files, _ := filepath.Glob(filepath.Join(dir, "*-flight-slow-get.*.trace"))
	fmt.Println(len(files) == 1 && files[0] == first)
	// Output:
	// true
	// true
}

func ExampleProfiler_OnCheckChange() {
	dir, remove := temporary()
	defer remove()
	p, err := pprofx.Start(pprofx.WithDirectory(dir))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	p.OnCheckChange(context.Background(), pprofx.CheckChange{Check: "loop", Liveness: true, WasOK: true, OK: false})

	stacks, _ := filepath.Glob(filepath.Join(dir, "*-goroutine-liveness-loop.*.txt"))
	fmt.Println(len(stacks))
	// Output: 1
}

func ExampleProfiler_Record() {
	dir, remove := temporary()
	defer remove()
	p, err := pprofx.Start(pprofx.WithDirectory(dir))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	path, err := p.Record(context.Background(), "heap", 0, "after start")
	fmt.Println(strings.HasSuffix(path, ".pb.gz"), err)
	// Output: true <nil>
}

func ExampleProfiler_StartCPU() {
	dir, remove := temporary()
	defer remove()
	p, err := pprofx.Start(pprofx.WithDirectory(dir))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	stop, err := p.StartCPU(context.Background(), "import")
	if err != nil {
		fmt.Println(err)
		return
	}
	// … the work to profile
	path, err := stop()
	fmt.Println(strings.Contains(path, "-cpu-call-import."), err)
	// Output: true <nil>
}
