package main

// lacks says which commands an engine does not have, and is empty if it has all. What keys
// that expire are up against is told by expiry.
func (e engine) lacks() string {
	if !e.remote {
		return ""
	}
	return "SCAN, KEYS, DBSIZE, FLUSHDB and FLUSHALL are errors with engine " + e.name + ", whose keys have no order; so are WATCH, CLIENT TRACKING and KEEPTTL, since others may write its keys"
}

// shared says which replies hold among the clients of this server only, and is empty for an
// engine that no other program writes to.
func (e engine) shared() string {
	if !e.remote {
		return ""
	}
	return "Other programs may write the keys of engine " + e.name + " between the operations of one command: the count of DEL, the reply of SET with both GET and EX or PX, what a transaction reads, and NX and XX in a transaction hold among clients of this server only"
}

// expiry says where SET with EX or PX is an error.
func (e engine) expiry() string {
	switch {
	case !e.expires:
		return "Keys stay: engine " + e.name + " has no expiry, so SET with EX or PX is an error"
	case e.remote:
		return "Keys expire; but in a transaction, or with NX or XX, SET with EX or PX is an error"
	default:
		return "Keys expire; but in a transaction SET with EX or PX is an error"
	}
}

// allLacks are those of all engines, and what they share, for -help.
func allLacks() (all string) {
	for _, e := range engines {
		for _, says := range []string{e.lacks(), e.shared()} {
			if says != "" {
				all += "; " + says
			}
		}
	}
	return all
}
