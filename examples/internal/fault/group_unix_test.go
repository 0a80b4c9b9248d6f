//go:build unix

package fault_test

import "syscall"

// interrupt is Ctrl-C: the terminal sends the signal to all processes of the group.
func (r *running) interrupt() (status int) {
	_ = syscall.Kill(-r.Cmd.Process.Pid, syscall.SIGINT)
	return r.Wait(r.t)
}
