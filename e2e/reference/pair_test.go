package reference

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// A pair is connections to Redis and to kvserver, which get the same commands.
type pair struct {
	addresses [2]string // Redis' first
	conns     [2][conns]*conn
}

// A disagreement is where a step has made a difference.
type disagreement struct {
	at        int
	step      step
	redis, kv []byte
}

func (d *disagreement) String() string {
	return fmt.Sprintf("Redis says %s, kvserver %s", shown(d.redis), shown(d.kv))
}

func shown(reply []byte) string {
	const longest = 300
	if len(reply) > longest {
		return fmt.Sprintf("%q and %d bytes", reply[:longest], len(reply)-longest)
	}
	return strconv.Quote(string(reply))
}

func newPair(redis, kv string) (p *pair, err error) {
	p = &pair{addresses: [2]string{redis, kv}}
	for i := range conns {
		if err := p.open(i); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

// open opens a connection to each server, anew if it was open.
func (p *pair) open(i int) (err error) {
	for server, address := range p.addresses {
		if c := p.conns[server][i]; c != nil {
			_ = c.Close()
		}
		if p.conns[server][i], err = dial(address); err != nil {
			return err
		}
	}
	return nil
}

func (p *pair) close() {
	for _, server := range p.conns {
		for _, c := range server {
			if c != nil {
				_ = c.Close()
			}
		}
	}
}

// run does the steps, and returns where the servers disagree first.
func (p *pair) run(steps []step) (*disagreement, error) {
	for i := 0; i < len(steps); {
		end := i + 1
		for end < len(steps) && steps[end].conn == steps[i].conn && !steps[end].walk && !steps[i].walk && !steps[end-1].last {
			end++
		}
		d, err := p.burst(steps[i:end])
		if err != nil {
			return nil, fmt.Errorf("at the %dth step, or the %d after it, %v: %w", i, end-i-1, steps[i], err)
		}
		if d != nil {
			d.at += i
			return d, nil
		}
		i = end
	}
	return nil, nil
}

// burst sends the steps at once, which are of one connection.
func (p *pair) burst(steps []step) (*disagreement, error) {
	redis, kv := p.conns[0][steps[0].conn], p.conns[1][steps[0].conn]
	if steps[0].walk {
		return walk(redis, kv, steps[0])
	}
	var commands [][]byte
	for _, s := range steps {
		commands = append(commands, s.bytes())
	}
	replies, err := redis.send(commands...)
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	got, gotErr := kv.send(commands...)
	for i, reply := range replies {
		if i == len(got) {
			return &disagreement{i, steps[i], reply, fmt.Appendf(nil, "nothing: %v", gotErr)}, nil
		}
		if !accepted(steps[i], reply, got[i]) {
			return &disagreement{i, steps[i], reply, got[i]}, nil
		}
	}
	if s := steps[len(steps)-1]; s.last {
		if reply, err := kv.reply(nil); err != io.EOF {
			return &disagreement{len(steps) - 1, s, []byte("that was all"), fmt.Appendf(reply, "%v", err)}, nil
		}
		return nil, p.open(s.conn)
	}
	return nil, nil
}

// walk scans with both, and compares what they have found; their cursors, and the order
// of keys, are their own.
func walk(redis, kv *conn, s step) (*disagreement, error) {
	want, err := found(redis, s)
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	got, err := found(kv, s)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(want, got) {
		return &disagreement{0, s, fmt.Appendf(nil, "%q", want), fmt.Appendf(nil, "%q", got)}, nil
	}
	return nil, nil
}

// found returns all keys that a walk finds, in order, each once.
func found(c *conn, s step) (keys []string, err error) {
	if s.keys {
		reply, err := c.do("KEYS", s.args[0])
		keys = elements(reply)
		slices.Sort(keys)
		return keys, err
	}
	for cursor := "0"; ; {
		reply, err := c.do(append([]string{"SCAN", cursor}, s.args...)...)
		if err != nil {
			return nil, err
		}
		parts := elements(reply)
		if len(parts) != 2 {
			return []string{string(reply)}, nil
		}
		keys = append(keys, elements([]byte(parts[1]))...)
		if cursor = parts[0]; cursor == "0" {
			slices.Sort(keys)
			return slices.Compact(keys), nil
		}
	}
}
