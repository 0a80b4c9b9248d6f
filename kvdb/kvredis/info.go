package kvredis

import (
	"net"
	"strconv"
	"strings"
)

// An info is the answer to INFO, by name.
type info map[string]string

func parseInfo(text string) info {
	all := make(info)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok && !strings.HasPrefix(name, "#") {
			all[name] = value
		}
	}
	return all
}

// number returns a value, if it is there and is one.
func (i info) number(name string) (float64, bool) {
	n, err := strconv.ParseFloat(i[name], 64)
	return n, err == nil
}

// fields returns a value that is a list of its own, "keys=1,expires=0".
func (i info) fields(name string) info {
	all := make(info)
	for field := range strings.SplitSeq(i[name], ",") {
		if key, value, ok := strings.Cut(field, "="); ok {
			all[key] = value
		}
	}
	return all
}

// A follower is a replica as its primary sees it.
type follower struct {
	address string
	online  bool    // not still being filled
	offset  float64 // what it has acknowledged
	silence float64 // for how many seconds it has acknowledged nothing
}

// mostFollowers bounds the names of replicas that a server can make.
const mostFollowers = 64

// followers returns the replicas of a primary.
func (i info) followers() (all []follower) {
	for n := range mostFollowers {
		f := i.fields("slave" + strconv.Itoa(n))
		if len(f) == 0 {
			break
		}
		offset, _ := f.number("offset")
		silence, _ := f.number("lag")
		all = append(all, follower{net.JoinHostPort(f["ip"], f["port"]), f["state"] == "online", offset, silence})
	}
	return all
}

func (i info) isPrimary() bool { return i["role"] == "master" }
