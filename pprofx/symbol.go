package pprofx

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
)

// maxSymbols bounds the body of a request for names: some 3,000 addresses.
const maxSymbols = 64 << 10

// serveSymbol names the functions at addresses, which a request lists in its
// query or body with + in between.
func serveSymbol(w http.ResponseWriter, r *http.Request) {
	list := r.URL.RawQuery
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSymbols))
		if err != nil {
			fail(w, http.StatusRequestEntityTooLarge, err.Error())
			return
		}
		list = string(body)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "num_symbols: 1") // any number above 0 says that there are names
	for word := range strings.SplitSeq(list, "+") {
		pc, _ := strconv.ParseUint(strings.TrimSpace(word), 0, 64)
		if f := runtime.FuncForPC(uintptr(pc)); pc != 0 && f != nil {
			fmt.Fprintf(w, "%#x %s\n", pc, f.Name())
		}
	}
}
