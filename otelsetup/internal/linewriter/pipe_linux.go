package linewriter

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// pipeBuf is PIPE_BUF: up to so much goes into a pipe in one piece, or not at
	// all, whoever else writes to it.
	pipeBuf = 4096

	// pollFor is how long a poll may take: a writer that is closed ends then.
	pollFor = 50 * time.Millisecond

	// maxDenials is how often the kernel may say that a pipe takes something and
	// then that it does not, as when others fill it, before that is left to the
	// kernel. It says so for ever of what is no pipe any more, after a dup2.
	maxDenials = 3
)

// A pipe is one, or a socket. The kernel is asked for each write not to block:
// O_NONBLOCK would be for everybody who has the pipe open, other processes
// too, and between a poll and a write somebody else may fill it.
type pipe struct {
	file *os.File
	raw  syscall.RawConn

	send    func(fd int, b []byte) (int, error)
	iov     [1][]byte
	able    bool // the kernel knows how
	denials int

	// What the functions below work on: a closure a write would be an
	// allocation a write.
	b        []byte
	n        int
	err      error
	tryFunc  func(fd uintptr)
	pollFunc func(fd uintptr)
}

func newPipe(f *os.File, mode fs.FileMode) output {
	p := &pipe{file: f, able: true}
	switch {
	case mode&fs.ModeNamedPipe != 0:
		p.send = p.sendPipe
	case mode&fs.ModeSocket != 0:
		p.send = sendSocket
	default:
		return nil
	}
	var err error
	if p.raw, err = f.SyscallConn(); err != nil {
		return nil
	}
	p.tryFunc = func(fd uintptr) { p.n, p.err = p.send(int(fd), p.b) }
	p.pollFunc = func(fd uintptr) {
		fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		p.n, p.err = unix.Poll(fds[:], int(pollFor/time.Millisecond))
	}
	return p
}

// sendPipe works from Linux 6.4 on.
func (p *pipe) sendPipe(fd int, b []byte) (int, error) {
	p.iov[0] = b
	return unix.Pwritev2(fd, p.iov[:], -1, unix.RWF_NOWAIT)
}

func sendSocket(fd int, b []byte) (int, error) {
	return unix.SendmsgN(fd, b, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
}

// control calls f with the descriptor, which stays in the mode it is in.
func (p *pipe) control(f func(fd uintptr)) (int, error) {
	if err := p.raw.Control(f); err != nil {
		return 0, err
	}
	return max(p.n, 0), p.err
}

// tryOnce writes a part, or nothing.
func (p *pipe) tryOnce(lines []byte) (int, error) {
	for {
		p.b = pieceOf(lines)
		n, err := p.control(p.tryFunc)
		p.b, p.iov[0] = nil, nil
		if err == nil {
			return n, nil
		}
		if !errors.Is(err, unix.EINTR) {
			p.able = !unable(err)
			return n, err
		}
	}
}

// unable reports whether the kernel does not know how not to block, or may not.
func unable(err error) bool {
	for _, e := range [...]error{unix.EOPNOTSUPP, unix.ENOSYS, unix.EINVAL, unix.EPERM, unix.ENOTSOCK} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func (p *pipe) try(lines []byte) (total int) {
	for p.able && total < len(lines) {
		n, err := p.tryOnce(lines[total:])
		if err != nil || n == 0 {
			break
		}
		total += n
	}
	return total
}

// write waits for the pipe a while, and writes a part of the lines. What the
// kernel refuses is tried again by the file: if nobody reads standard output
// any more, the program ends there unless it ignores SIGPIPE.
func (p *pipe) write(lines []byte) (int, error) {
	n, err := p.control(p.pollFunc)
	switch {
	case errors.Is(err, unix.EINTR), err == nil && n == 0:
		return 0, nil
	case err != nil:
		return 0, err
	}
	if p.able {
		n, err := p.tryOnce(lines)
		if err == nil && n > 0 {
			p.denials = 0
			return n, nil
		}
		if errors.Is(err, unix.EAGAIN) && p.denials < maxDenials {
			p.denials++
			return 0, nil
		}
	}
	return p.file.Write(pieceOf(lines))
}

func (p *pipe) syncs() bool { return false }
func (p *pipe) sync() error { return nil }

// pieceOf returns what may be written at once: whole lines if possible, so that
// those of other processes come between them and not into them.
func pieceOf(lines []byte) []byte {
	if len(lines) <= pipeBuf {
		return lines
	}
	if end := bytes.LastIndexByte(lines[:pipeBuf], '\n'); end >= 0 {
		return lines[:end+1]
	}
	return lines[:pipeBuf]
}
