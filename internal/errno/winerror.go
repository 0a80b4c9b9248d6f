package errno

import "slices"

// winerror has the numbers of Windows, of its headers winerror.h and winsock2.h. It is
// compiled on every system, so that its test runs on every one.
var winerror = table{
	NoSpace: {
		39,   // ERROR_HANDLE_DISK_FULL
		112,  // ERROR_DISK_FULL
		223,  // ERROR_FILE_TOO_LARGE
		1295, // ERROR_DISK_QUOTA_EXCEEDED
	},
	ReadOnly:     {19},  // ERROR_WRITE_PROTECT
	NotDirectory: {267}, // ERROR_DIRECTORY
	Locked: {
		32, // ERROR_SHARING_VIOLATION
		33, // ERROR_LOCK_VIOLATION
	},
	TooManyFiles: {
		4,     // ERROR_TOO_MANY_OPEN_FILES
		10024, // WSAEMFILE
	},
	AddressInUse: {10048}, // WSAEADDRINUSE
	Refused: {
		1225,  // ERROR_CONNECTION_REFUSED
		10061, // WSAECONNREFUSED
	},
	Reset: {
		64,    // ERROR_NETNAME_DELETED, to who waits while the other side goes
		109,   // ERROR_BROKEN_PIPE
		232,   // ERROR_NO_DATA, to who writes to a pipe that is being closed
		1236,  // ERROR_CONNECTION_ABORTED
		10053, // WSAECONNABORTED
		10054, // WSAECONNRESET
	},
	Unreachable: {
		1231,  // ERROR_NETWORK_UNREACHABLE
		1232,  // ERROR_HOST_UNREACHABLE
		10050, // WSAENETDOWN
		10051, // WSAENETUNREACH
		10064, // WSAEHOSTDOWN
		10065, // WSAEHOSTUNREACH
	},
	TimedOut: {
		121,   // ERROR_SEM_TIMEOUT, of a network drive or a connection
		1460,  // ERROR_TIMEOUT
		10060, // WSAETIMEDOUT
	},
	Unsyncable: {
		1,   // ERROR_INVALID_FUNCTION
		5,   // ERROR_ACCESS_DENIED, of a console
		6,   // ERROR_INVALID_HANDLE
		109, // ERROR_BROKEN_PIPE, of the end of a pipe that is not to be flushed
	},
}

// onWindows has both.
var onWindows = func() (both table) {
	for c := range both {
		both[c] = slices.Concat(portable[c], winerror[c])
	}
	return both
}()
