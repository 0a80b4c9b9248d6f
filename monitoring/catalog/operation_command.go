package catalog

// UntimedCommands returns the commands of a Redis client that objectives of latency leave
// out: those that wait for somebody else's write for as long as their caller says, and
// PING. Others that wait count as [Other].
func UntimedCommands() []Operation {
	return []Operation{"BLMOVE", "BLPOP", "BRPOP", "BZPOPMIN", "PING", "XREAD", "XREADGROUP"}
}
