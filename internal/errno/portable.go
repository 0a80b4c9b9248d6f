package errno

import "syscall"

// portable has the numbers that package syscall has names for. Go's own code returns
// some of them on Windows, too.
var portable = table{
	NoSpace:      {syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG},
	ReadOnly:     {syscall.EROFS},
	NotDirectory: {syscall.ENOTDIR},
	Locked:       {syscall.EAGAIN, syscall.EWOULDBLOCK},
	TooManyFiles: {syscall.EMFILE, syscall.ENFILE},
	AddressInUse: {syscall.EADDRINUSE},
	Refused:      {syscall.ECONNREFUSED},
	Reset:        {syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE},
	Unreachable:  {syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN},
	TimedOut:     {syscall.ETIMEDOUT},
	Unsyncable:   {syscall.EINVAL, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOTTY, syscall.EROFS},
}
