package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

func clientTable() []command {
	return withHelp("client",
		command{name: "caching", arity: 3, run: runClientCaching, syntax: "CACHING (YES|NO)", summary: "Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes."},
		command{name: "getname", arity: 2, run: runClientGetName, syntax: "GETNAME", summary: "Return the name of the current connection."},
		command{name: "getredir", arity: 2, run: runClientGetRedir, syntax: "GETREDIR", summary: "Return the client ID we are redirecting to when tracking is enabled."},
		command{name: "id", arity: 2, run: runClientID, syntax: "ID", summary: "Return the ID of the current connection."},
		command{name: "info", arity: 2, run: runClientInfo, syntax: "INFO", summary: "Return information about the current client connection."},
		command{name: "list", arity: -2, run: runClientList, syntax: "LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB)] [ID <id> [<id> ...]]", summary: "Return information about client connections."},
		command{name: "no-evict", arity: 3, run: runClientNoEvict, syntax: "NO-EVICT (ON|OFF)", summary: "Change nothing: no connection is evicted."},
		command{name: "no-touch", arity: 3, run: runClientNoTouch, syntax: "NO-TOUCH (ON|OFF)", summary: "Change nothing: no key has a time of its last use."},
		command{name: "setinfo", arity: 4, run: runClientSetInfo, syntax: "SETINFO (LIB-NAME|LIB-VER) <value>", summary: "Set information about the library of the current connection."},
		command{name: "setname", arity: 3, run: runClientSetName, syntax: "SETNAME <name>", summary: "Assign the name <name> to the current connection."},
		command{name: "tracking", arity: -3, run: runClientTracking, syntax: "TRACKING (ON|OFF) [BCAST] [PREFIX <prefix> [...]] [OPTIN] [OPTOUT] [NOLOOP]", summary: "Control server assisted client side caching."},
		command{name: "trackinginfo", arity: 2, run: runClientTrackingInfo, syntax: "TRACKINGINFO", summary: "Report tracking status for the current connection."},
	)
}

// CLIENT ID.
func runClientID(_ context.Context, c *client, _ [][]byte) error {
	c.out.Int(c.id)
	return nil
}

// CLIENT GETNAME.
func runClientGetName(_ context.Context, c *client, _ [][]byte) error {
	if name := c.card.name.get(); name != "" {
		c.out.BulkString(name)
	} else {
		c.out.Null()
	}
	return nil
}

// CLIENT SETNAME name. An empty one takes the name away.
func runClientSetName(_ context.Context, c *client, args [][]byte) error {
	if err := checkName("Client names", args[2]); err != nil {
		return err
	}
	c.card.name.set(args[2])
	c.out.Simple("OK")
	return nil
}

// CLIENT SETINFO (LIB-NAME | LIB-VER) value.
func runClientSetInfo(_ context.Context, c *client, args [][]byte) error {
	info := &c.card.library
	switch upper(args[2]) {
	case "LIB-NAME":
	case "LIB-VER":
		info = &c.card.libraryVersion
	default:
		return commandError(fmt.Sprintf("Unrecognized option '%s'", printable(args[2], maxQuoted)))
	}
	if err := checkName(strings.ToLower(string(args[2])), args[3]); err != nil {
		return err
	}
	info.set(args[3])
	c.out.Simple("OK")
	return nil
}

// CLIENT NO-EVICT (ON | OFF).
func runClientNoEvict(_ context.Context, c *client, args [][]byte) error {
	return c.acceptSwitch(args[2], c.card.noEvict.Store)
}

// CLIENT NO-TOUCH (ON | OFF).
func runClientNoTouch(_ context.Context, c *client, args [][]byte) error {
	return c.acceptSwitch(args[2], c.card.noTouch.Store)
}

func (c *client) acceptSwitch(word []byte, set func(bool)) error {
	switch upper(word) {
	case "ON":
		set(true)
	case "OFF":
		set(false)
	default:
		return errSyntax
	}
	c.out.Simple("OK")
	return nil
}

// CLIENT INFO.
func runClientInfo(_ context.Context, c *client, _ [][]byte) error {
	c.publish(time.Now())
	c.out.Verbatim("txt", string(c.appendCard(nil)))
	return nil
}

// CLIENT LIST [TYPE type] [ID id [id ...]].
func runClientList(_ context.Context, c *client, args [][]byte) error {
	var ids []int64
	listed := func(*client) bool { return true }
	switch options := args[2:]; {
	case len(options) == 0:
	case len(options) == 2 && upper(options[0]) == "TYPE":
		switch upper(options[1]) {
		case "NORMAL":
		case "MASTER", "REPLICA", "SLAVE", "PUBSUB":
			listed = func(*client) bool { return false }
		default:
			return commandError(fmt.Sprintf("Unknown client type '%s'", printable(options[1], maxQuoted)))
		}
	case len(options) > 1 && upper(options[0]) == "ID":
		for _, digits := range options[1:] {
			id, err := parseInt(digits)
			if err != nil {
				return commandError("Invalid client ID")
			}
			ids = append(ids, id)
		}
		slices.Sort(ids)
		listed = func(c *client) bool {
			_, found := slices.BinarySearch(ids, c.id)
			return found
		}
	default:
		return errSyntax
	}
	c.publish(time.Now())
	return c.list(listed)
}

// list replies with the cards of clients. Its memory is charged before it is
// there.
func (c *client) list(listed func(*client) bool) error {
	all := slices.DeleteFunc(c.server.all(), func(c *client) bool { return !listed(c) })
	slices.SortFunc(all, func(a, b *client) int { return int(a.id - b.id) })
	size := maxCard * len(all)
	write := func() {
		text := make([]byte, 0, size)
		for _, each := range all {
			text = each.appendCard(text)
		}
		c.out.Verbatim("txt", string(text))
	}
	if size > fullReply {
		return c.large(size, write)
	}
	write()
	return nil
}
