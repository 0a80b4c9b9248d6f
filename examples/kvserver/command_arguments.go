package main

import (
	"strings"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// An argument is what COMMAND DOCS says of one. All words are those of Redis, from which
// clients make hints and help.
type argument struct {
	name, kind string
	token      string // a word in front of it, or all of it
	flags      []string
	of         []argument          // which it consists of, or is one of
	needs      func(*backend) bool // what engines have that take it, nil if all do
}

// argumentsOf has the arguments of commands and subcommands that have some.
var argumentsOf = map[string][]argument{
	"get":    {oneKeyArg},
	"mget":   {manyKeysArg},
	"del":    {manyKeysArg},
	"exists": {manyKeysArg},
	"watch":  {manyKeysArg},
	"ttl":    {oneKeyArg},
	"pttl":   {oneKeyArg},
	"type":   {oneKeyArg},
	"mset":   {multiple(argument{name: "key_value", kind: "block", of: []argument{oneKeyArg, text("value")}})},
	"set": {
		oneKeyArg, text("value"),
		optional(oneOf("condition", token("NX"), token("XX"))),
		optional(token("GET")),
		optional(oneOf("expiration",
			argument{name: "seconds", kind: "integer", token: "EX", needs: (*backend).takesTTLs},
			argument{name: "milliseconds", kind: "integer", token: "PX", needs: (*backend).takesTTLs},
			argument{name: "keepttl", kind: "pure-token", token: "KEEPTTL", needs: (*backend).keepsTTLs})),
	},
	"scan": {
		number("cursor"), optional(behind("MATCH", pattern)), optional(behind("COUNT", number("count"))),
		optional(behind("TYPE", text("type"))),
	},
	"keys":     {pattern},
	"flushdb":  {flushing},
	"flushall": {flushing},

	"ping":   {optional(text("message"))},
	"echo":   {text("message")},
	"select": {number("index")},
	"auth":   {optional(text("username")), text("password")},
	"info":   {optional(multiple(text("section")))},
	"hello": {optional(argument{name: "arguments", kind: "block", of: []argument{
		number("protover"),
		optional(argument{name: "username_password", kind: "block", token: "AUTH", of: []argument{text("username"), text("password")}}),
		optional(behind("SETNAME", text("clientname"))),
	}})},

	"client|caching": {oneOf("mode", token("YES"), token("NO"))},
	"client|list": {
		optional(behind("TYPE", oneOf("normal_master_replica_pubsub", token("NORMAL"), token("MASTER"), token("REPLICA"), token("PUBSUB")))),
		optional(argument{name: "id", kind: "block", token: "ID", of: []argument{multiple(number("client-id"))}}),
	},
	"client|no-evict": {onOff("enabled")},
	"client|no-touch": {onOff("enabled")},
	"client|setinfo":  {oneOf("attr", behind("LIB-NAME", text("libname")), behind("LIB-VER", text("libver")))},
	"client|setname":  {text("connection-name")},
	"client|tracking": {
		onOff("status"),
		argument{name: "prefix", kind: "string", token: "PREFIX", flags: []string{"optional", "multiple", "multiple_token"}},
		optional(token("BCAST")), optional(token("OPTIN")), optional(token("OPTOUT")), optional(token("NOLOOP")),
	},
	"config|get": {multiple(argument{name: "parameter", kind: "block", of: []argument{text("parameter")}})},
	"command|list": {optional(behind("FILTERBY", oneOf("filterby",
		behind("MODULE", text("module-name")), behind("ACLCAT", text("category")), behind("PATTERN", pattern))))},
	"command|info":    {optional(multiple(text("command-name")))},
	"command|docs":    {optional(multiple(text("command-name")))},
	"command|getkeys": {text("command"), multiple(text("arg"))},
}

var (
	oneKeyArg   = argument{name: "key", kind: "key"}
	manyKeysArg = multiple(oneKeyArg)
	pattern     = argument{name: "pattern", kind: "pattern"}
	flushing    = optional(oneOf("async", token("ASYNC"), token("SYNC")))
)

func text(name string) argument   { return argument{name: name, kind: "string"} }
func number(name string) argument { return argument{name: name, kind: "integer"} }
func token(word string) argument {
	return argument{name: strings.ToLower(word), kind: "pure-token", token: word}
}

func oneOf(name string, of ...argument) argument { return argument{name: name, kind: "oneof", of: of} }
func onOff(name string) argument                 { return oneOf(name, token("ON"), token("OFF")) }

func behind(token string, a argument) argument {
	a.token = token
	return a
}

func optional(a argument) argument { return a.with("optional") }
func multiple(a argument) argument { return a.with("multiple") }

func (a argument) with(flag string) argument {
	a.flags = append([]string{flag}, a.flags...)
	return a
}

// documentArguments writes an array of those that an engine has.
func documentArguments(w *resp.Writer, arguments []argument, b *backend) {
	arguments = known(arguments, b)
	w.Array(len(arguments))
	for _, a := range arguments {
		a.document(w, b)
	}
}

func known(arguments []argument, b *backend) (has []argument) {
	for _, a := range arguments {
		if a.needs == nil || a.needs(b) {
			has = append(has, a)
		}
	}
	return has
}

func (a argument) document(w *resp.Writer, b *backend) {
	n := 2
	for _, given := range []bool{a.kind == "key", a.token != "", len(a.flags) > 0, len(a.of) > 0} {
		if given {
			n++
		}
	}
	w.Map(n)
	w.BulkString("name")
	w.BulkString(a.name)
	w.BulkString("type")
	w.BulkString(a.kind)
	if a.kind == "key" {
		w.BulkString("key_spec_index")
		w.Int(0)
	}
	if a.token != "" {
		w.BulkString("token")
		w.BulkString(a.token)
	}
	if len(a.flags) > 0 {
		w.BulkString("flags")
		w.Set(len(a.flags))
		for _, flag := range a.flags {
			w.Simple(flag)
		}
	}
	if len(a.of) > 0 {
		w.BulkString("arguments")
		documentArguments(w, a.of, b)
	}
}
