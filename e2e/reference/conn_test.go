package reference

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A conn is a connection to a server, whose replies are bytes.
type conn struct {
	net.Conn
	in *bufio.Reader
}

func dial(address string) (*conn, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
}

// command returns a command as clients send it.
func command(args ...string) []byte {
	b := fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, arg := range args {
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(arg), arg)
	}
	return b
}

// send sends commands at once and returns a reply for each. After one that ends the
// connection there are none.
func (c *conn) send(commands ...[]byte) (replies [][]byte, err error) {
	if err := c.SetDeadline(time.Now().Add(process.Soon)); err != nil {
		return nil, err
	}
	if _, err := c.Write(bytes.Join(commands, nil)); err != nil {
		return nil, err
	}
	for range commands {
		reply, err := c.reply(nil)
		if err != nil {
			return replies, err
		}
		replies = append(replies, reply)
	}
	return replies, nil
}

// do sends one command.
func (c *conn) do(args ...string) ([]byte, error) {
	replies, err := c.send(command(args...))
	if err != nil {
		return nil, err
	}
	return replies[0], nil
}

// reply appends the next reply to dst, in either version of the protocol.
func (c *conn) reply(dst []byte) ([]byte, error) {
	line, err := c.in.ReadBytes('\n')
	dst = append(dst, line...)
	if err == io.EOF && len(line) == 0 {
		return dst, err
	}
	if err != nil || len(line) < 3 {
		return dst, fmt.Errorf("a reply that begins with %q: %w", line, err)
	}
	n, err := strconv.Atoi(string(line[1 : len(line)-2]))
	switch line[0] {
	case '+', '-', ':', '_', '#', ',', '(':
		return dst, nil
	case '$', '=', '!':
		if err != nil || n < 0 {
			return dst, err
		}
		at := len(dst)
		dst = append(dst, make([]byte, n+2)...)
		_, err = io.ReadFull(c.in, dst[at:])
		return dst, err
	case '%', '|':
		n *= 2
	case '*', '~', '>':
	default:
		return dst, fmt.Errorf("a reply that begins with %q", line)
	}
	for ; n > 0 && err == nil; n-- {
		dst, err = c.reply(dst)
	}
	return dst, err
}

// elements returns what is in an array of texts, nil if the reply is none.
func elements(reply []byte) (texts []string) {
	c := conn{in: bufio.NewReader(bytes.NewReader(reply))}
	line, err := c.in.ReadBytes('\n')
	if err != nil || !bytes.ContainsRune([]byte("*~%"), rune(line[0])) {
		return nil
	}
	for {
		element, err := c.reply(nil)
		if err != nil {
			return texts
		}
		if element[0] == '$' {
			_, after, _ := bytes.Cut(element, []byte("\r\n"))
			element = bytes.TrimSuffix(after, []byte("\r\n"))
		}
		texts = append(texts, string(element))
	}
}
