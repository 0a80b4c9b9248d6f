//go:build !unix

package fault_test

func (r *running) interrupt() (status int) { return r.Stop(r.t) }
