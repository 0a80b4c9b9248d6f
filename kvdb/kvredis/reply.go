package kvredis

import (
	"slices"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

// A reply is one of the server's errors: the code, or more, that it begins with.
type reply struct {
	begins string
	kind   error
	text   string // for people
}

var replies = []reply{
	{"READONLY ", kvdb.ErrReadOnly, "READONLY: the server is a replica"},
	{"OOM ", kvdb.ErrNoSpace, "OOM: the server has used its maxmemory"},
	{"MISCONF ", kvdb.ErrUnavailable, "MISCONF: the server takes no writes, since it cannot save to its disk"},
	{"LOADING ", kvdb.ErrUnavailable, "LOADING: the server is reading its data from the disk"},
	{"MASTERDOWN ", kvdb.ErrUnavailable, "MASTERDOWN: the replica has lost its primary, and serves no old data"},
	{"NOREPLICAS ", kvdb.ErrUnavailable, "NOREPLICAS: the server has fewer good replicas than it needs to take writes"},
	{"BUSY ", kvdb.ErrUnavailable, "BUSY: the server runs a script that takes long"},
	{"UNKILLABLE ", kvdb.ErrUnavailable, "UNKILLABLE: the server runs a script that takes long"},
	{"MOVED ", kvdb.ErrUnavailable, "MOVED: another node of the cluster has the slot"},
	{"ASK ", kvdb.ErrUnavailable, "ASK: the slot is on its way to another node of the cluster"},
	{"TRYAGAIN ", kvdb.ErrUnavailable, "TRYAGAIN: the slot is on its way to another node of the cluster"},
	{"CLUSTERDOWN ", kvdb.ErrUnavailable, "CLUSTERDOWN: the cluster does not serve the slot"},
	{"CROSSSLOT ", kvdb.ErrInvalidArgument, "CROSSSLOT: the keys are of different slots of the cluster"},
	{"WRONGTYPE ", kvdb.ErrInvalidArgument, "WRONGTYPE: the key holds no string"},
	{"NOAUTH ", kvdb.ErrUnavailable, "NOAUTH: the server wants a password"},
	{"WRONGPASS ", kvdb.ErrUnavailable, "WRONGPASS: the server does not know the user with the password"},
	{"NOPERM ", kvdb.ErrUnavailable, "NOPERM: the server does not let the user do that"},
	{"DENIED ", kvdb.ErrUnavailable, "DENIED: the server is in protected mode, and takes connections from its own machine only"},
	{"NOSCRIPT ", kvdb.ErrUnavailable, "NOSCRIPT: the server does not know the script"},
	{"EXECABORT ", kvdb.ErrUnavailable, "EXECABORT: the server refused a part of the batch, so all of it"},
	{"NOPROTO ", kvdb.ErrInvalidArgument, "NOPROTO: the server does not speak that version of the protocol"},
	{"ERR max number of clients", kvdb.ErrUnavailable, "the server has as many clients as it takes"},
	{"ERR max client", kvdb.ErrUnavailable, "the server has as many clients as it takes"},
	{"ERR unknown command", kvdb.ErrInvalidArgument, "the server does not know the command"},
	{"ERR unknown subcommand", kvdb.ErrInvalidArgument, "the server does not know the command"},
	{"ERR syntax error", kvdb.ErrInvalidArgument, "the server does not know the form of the command"},
	{"ERR invalid expire time", kvdb.ErrInvalidArgument, "the time to live is longer than the server can count"},
	{"ERR DB index is out of range", kvdb.ErrInvalidArgument, "the server has no database of that number"},
	{"ERR string exceeds maximum allowed size", kvdb.ErrTooLarge, "the server takes no value of that size"},
	{"ERR Protocol error: invalid bulk length", kvdb.ErrTooLarge, "the server takes no key or value of that size"},
	{"ERR This instance has cluster support disabled", kvdb.ErrInvalidArgument, "the server is not a node of a cluster"},
	{"ERR AUTH <password> called without any password", kvdb.ErrInvalidArgument, "the server has no password, but one was given"},
}

// inScript are what servers before Redis 7 put before what a command of a script said.
const inScript = "ERR Error running script"

// replied returns a text in place of what the server said, as it may quote arguments, and its
// kind.
func replied(said string) (text string, kind error) {
	if strings.HasPrefix(said, inScript) {
		for _, r := range replies {
			if strings.Contains(said, " "+r.begins) || strings.Contains(said, "-"+r.begins) {
				return r.text, r.kind
			}
		}
		return "a script failed", nil
	}
	for _, r := range replies {
		if strings.HasPrefix(said, r.begins) {
			return r.text, r.kind
		}
	}
	return code(said) + ": the rest of what the server said may quote arguments", nil
}

// codes are those of Redis that have no text here. Those of a script may be made of its keys.
var codes = []string{
	"ERR", "BUSYGROUP", "BUSYKEY", "INPROG", "IOERR", "NOADDR", "NOGOODSLAVE", "NOGROUP", "NOMASTERLINK", "NOQUORUM", "NOTBUSY", "NOTREADY",
	"STALE", "UNBLOCKED",
}

// code returns the word that an error of the server begins with, if it is one of Redis.
func code(said string) string {
	word, _, _ := strings.Cut(said, " ")
	if !slices.Contains(codes, word) {
		return "an error"
	}
	return word
}
