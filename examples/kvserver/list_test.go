package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// CLIENT LIST reads what clients change of themselves meanwhile.
func TestClientListWhileClientsWork(t *testing.T) {
	s := start(t, memory(t))
	const clients, each = 8, 50
	var working sync.WaitGroup
	for i := range clients {
		c := s.dial()
		working.Go(func() {
			for range each {
				for _, line := range []string{
					fmt.Sprintf("client setname c%d", i), "client setinfo lib-name l", "hello 3", "client no-evict on", "client no-touch on",
					"multi", "get k", "discard", "watch k", "select 1", "client tracking on", "reset",
				} {
					c.do(strings.Fields(line)...)
				}
			}
		})
	}
	c := s.dial()
	for range each {
		got := c.do("client", "list")
		if lines := strings.Count(got, `\n`); lines != clients+1 || strings.Count(got, "id=") != lines {
			t.Fatalf("%d lines: %s", lines, got)
		}
		c.do("client", "list", "id", "1", "2", "99")
	}
	working.Wait()
}

// The list of many clients is charged before it is made.
func TestLongClientList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		const clients = 40
		dialed := make([]*testClient, clients)
		for i := range dialed {
			dialed[i] = s.dial()
			dialed[i].do("client", "setname", strings.Repeat("n", maxWord))
		}
		c := dialed[0]
		if got := c.do("client", "list"); strings.Count(got, "name="+strings.Repeat("n", maxWord)+" ") != clients {
			t.Errorf("%d bytes", len(got))
		}
		synctest.Wait() // until the first list is given back
		left := s.budget.Left()
		if !s.budget.Take(left - s.budget.Size()/8) { // all but the reserve
			t.Fatal("the budget is smaller than it says")
		}
		if got := c.do("client", "list"); got != "-ERR "+string(errBudget) {
			t.Errorf("without memory: %.100s", got)
		}
		if got := c.do("client", "info"); !strings.Contains(got, "id=1 ") {
			t.Errorf("client info: %s", got)
		}
	})
}
