package main

// table is every command there is.
func table() []command {
	all := []command{
		{name: "get", arity: 2, keys: oneKey, run: runGet, group: "string", summary: "Get the value of a key."},
		{name: "set", arity: -3, keys: oneKey, write: true, run: runSet, group: "string", summary: "Set the value of a key."},
		{name: "mget", arity: -2, keys: allKeys, long: true, run: runMGet, group: "string", summary: "Get the values of several keys."},
		{name: "mset", arity: -3, keys: allOdd, write: true, long: true, run: runMSet, group: "string", summary: "Set the values of several keys at once."},
		{name: "del", arity: -2, keys: allKeys, write: true, long: true, run: runDel, group: "generic", summary: "Delete keys."},
		{name: "exists", arity: -2, keys: allKeys, long: true, run: runExists, group: "generic", summary: "Count those of the keys that there are."},
		{name: "ttl", arity: 2, keys: oneKey, run: runTTL, group: "generic", summary: "Tell in seconds how long a key stays: -1 is for ever, -2 that there is none."},
		{name: "pttl", arity: 2, keys: oneKey, run: runTTL, group: "generic", summary: "Tell in milliseconds how long a key stays."},
		{name: "type", arity: 2, keys: oneKey, run: runType, group: "generic", summary: "Tell the type of a value, string, or none."},
		{name: "scan", arity: -2, long: true, run: runScan, multi: refused, group: "generic", summary: "Visit the keys step by step."},
		{name: "keys", arity: 2, long: true, run: runKeys, multi: refused, group: "generic", summary: "List the keys that match a pattern."},
		{name: "dbsize", arity: 1, long: true, run: runDBSize, multi: refused, group: "server", summary: "Count the keys of the database."},
		{name: "flushdb", arity: -1, write: true, long: true, run: runFlushDB, multi: refused, group: "server", summary: "Remove the keys of the database."},
		{name: "flushall", arity: -1, write: true, long: true, run: runFlushAll, multi: refused, group: "server", summary: "Remove the keys of all databases."},
		{name: "multi", arity: 1, run: runMulti, multi: atOnce, group: "transactions", summary: "Begin a transaction: what follows waits for EXEC."},
		{name: "exec", arity: 1, long: true, run: runExec, multi: atOnce, group: "transactions", summary: "Do all commands since MULTI at once, or none."},
		{name: "discard", arity: 1, run: runDiscard, multi: atOnce, group: "transactions", summary: "Forget all commands since MULTI."},
		{name: "watch", arity: -2, keys: allKeys, run: runWatch, multi: atOnce, group: "transactions", summary: "Let the next EXEC do nothing if one of the keys is written before it."},
		{name: "unwatch", arity: 1, run: runUnwatch, group: "transactions", summary: "Forget all keys of WATCH."},
		{name: "ping", arity: -1, run: runPing, group: "connection", summary: "Answer PONG, or the message."},
		{name: "echo", arity: 2, run: runEcho, group: "connection", summary: "Answer the message."},
		{name: "select", arity: 2, run: runSelect, group: "connection", summary: "Change the database of the connection."},
		{name: "hello", arity: -1, run: runHello, group: "connection", summary: "Change the version of the protocol, and tell of the server."},
		{name: "auth", arity: -2, run: runAuth, group: "connection", summary: "Log in: there is one user, default, without a password."},
		{name: "reset", arity: 1, run: runReset, multi: atOnce, group: "connection", summary: "Make the connection as it was at first."},
		{name: "quit", arity: -1, run: runQuit, multi: atOnce, group: "connection", summary: "Close the connection."},
		{name: "client", arity: -2, sub: clientTable(), group: "connection", summary: "About connections."},
		{name: "info", arity: -1, run: runInfo, group: "server", summary: "Tell of the server."},
		{name: "config", arity: -2, sub: configTable(), group: "server", summary: "About the server's configuration."},
		{name: "command", arity: -1, run: runCommand, sub: commandTable(), group: "server", summary: "Describe all commands."},
	}
	for _, cmd := range all {
		for i := range cmd.sub {
			cmd.sub[i].group = cmd.group
		}
	}
	return all
}

// withHelp adds HELP to the subcommands of a command.
func withHelp(of string, sub ...command) []command {
	sub = append(sub, command{
		name: "help", arity: 2, syntax: "HELP", summary: "Prints this help.", run: runHelp,
	})
	for i := range sub {
		sub[i].name = of + "|" + sub[i].name
	}
	return sub
}
