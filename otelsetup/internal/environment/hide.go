package environment

import (
	"os"
	"strings"
	"sync"
)

// hiding is what the environment of the process lacks while a Start runs that
// must not see it. Several may run at once, and one may hang.
var hiding struct {
	sync.Mutex
	starts int
	hidden map[string]string
}

// Hide takes what is wrong out of the variables of the process that the SDK's
// providers read by themselves while they are made, until restore is called. They
// would add text to the resource that no export gets past, and a log record has no
// other way to another resource.
func Hide() (restore func()) {
	hiding.Lock()
	defer hiding.Unlock()
	if hiding.starts++; hiding.starts > 1 {
		return show
	}
	var good []string
	list, name := os.Getenv(attributes), os.Getenv(serviceName)
	for pair := range strings.SplitSeq(list, ",") {
		if _, err := splitAttribute(pair); err == nil {
			good = append(good, pair)
		}
	}
	hiding.hidden = make(map[string]string)
	hide := func(variable, before, after string) {
		if before != after && os.Setenv(variable, after) == nil {
			hiding.hidden[variable] = before
		}
	}
	hide(attributes, list, strings.Join(good, ","))
	if checkUTF8(name) != nil {
		hide(serviceName, name, "")
	}
	if set := os.Getenv(sampler); set != "" { // which has no effect, and the SDK shows a wrong one whole
		hide(sampler, set, "parentbased_always_on")
	}
	return show
}

// show puts back what is hidden, once for each Hide.
func show() {
	hiding.Lock()
	defer hiding.Unlock()
	if hiding.starts--; hiding.starts > 0 {
		return
	}
	for variable, before := range hiding.hidden {
		_ = os.Setenv(variable, before) // as it was: it cannot fail
	}
	hiding.hidden = nil
}
