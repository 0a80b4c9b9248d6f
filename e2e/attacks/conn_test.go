package attacks

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A conn is a connection to the server.
type conn struct {
	net.Conn
	in *bufio.Reader
}

func dial(address string) (*conn, error) {
	c, err := net.DialTimeout("tcp", address, process.Soon)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReaderSize(c, 4<<10)}, nil
}

// noise is what values are made of: no engine can compress it.
var noise = func() string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 1<<20)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}()

// command returns a command as clients send it.
func command(args ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(arg), arg)
	}
	return b.String()
}

// send sends all.
func (c *conn) send(text string) error {
	if err := c.SetWriteDeadline(time.Now().Add(process.Soon)); err != nil {
		return err
	}
	_, err := io.WriteString(c, text)
	return err
}

// press sends as much as the server takes: it may stop reading when nobody reads what it
// has to say. Each text is a command, and press returns how many have gone in full or in
// part. Of a part there is nothing more to be sent.
func (c *conn) press(commands ...string) (sent int, err error) {
	const patience = 300 * time.Millisecond
	for i, command := range commands {
		if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			return i, err
		}
		if _, err := io.WriteString(c, command); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				err = nil
			}
			return i + 1, err
		}
	}
	return len(commands), nil
}

// bulk sends an argument of any size.
func (c *conn) bulk(size int) error {
	if err := c.send("$" + strconv.Itoa(size) + "\r\n"); err != nil {
		return err
	}
	for left := size; left > 0; left -= len(noise) {
		if err := c.send(noise[:min(left, len(noise))]); err != nil {
			return err
		}
	}
	return c.send("\r\n")
}

// with sends a command whose last argument, or that before the options, has a size.
func (c *conn) with(size int, args []string, options ...string) error {
	head := command(append(args, options...)...)
	_, head, _ = strings.Cut(head, "\r\n")
	before, after := head, ""
	if len(options) > 0 {
		after = command(options...)
		_, after, _ = strings.Cut(after, "\r\n")
		before = strings.TrimSuffix(head, after)
	}
	if err := c.send(fmt.Sprintf("*%d\r\n%s", len(args)+1+len(options), before)); err != nil {
		return err
	}
	if err := c.bulk(size); err != nil {
		return err
	}
	return c.send(after)
}

func (c *conn) set(key string, size int, options ...string) error {
	return c.with(size, []string{"SET", key}, options...)
}

// do sends a command and returns its reply.
func (c *conn) do(args ...string) (reply, error) {
	if err := c.send(command(args...)); err != nil {
		return reply{}, err
	}
	return c.reply()
}

// A reply is what came back: of values, only how long they are.
type reply struct {
	kind     byte
	text     string // of a line
	size     int    // of a value; -1 if there is none
	elements []reply
}

func (r reply) String() string {
	switch r.kind {
	case '$', '=':
		return fmt.Sprintf("a value of %d bytes", r.size)
	case '*', '~', '%', '>':
		return fmt.Sprint(r.elements)
	}
	return string(r.kind) + r.text
}

func (r reply) failed() bool { return r.kind == '-' }

// refused reports whether there was no memory for the command, or its reply.
func (r reply) refused() bool {
	return r.failed() && strings.Contains(r.text, "not enough memory")
}

func (r reply) found() bool { return r.kind == '$' && r.size >= 0 }
func (r reply) null() bool  { return r.kind == '$' && r.size < 0 || r.kind == '_' }

// reply reads a reply, but for messages in front of it.
func (c *conn) reply() (r reply, err error) {
	if err := c.SetReadDeadline(time.Now().Add(process.Soon)); err != nil {
		return r, err
	}
	for {
		if r, err = c.next(); err != nil || r.kind != '>' {
			return r, err
		}
	}
}

func (c *conn) next() (r reply, err error) {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return r, fmt.Errorf("a reply that begins with %q: %w", line, err)
	}
	line = strings.TrimSuffix(line, "\r\n")
	r = reply{kind: line[0], text: line[1:]}
	switch r.kind {
	case '+', '-', ':', '_', '#', ',':
		return r, nil
	case '$', '=', '*', '~', '%', '>':
	default:
		return r, fmt.Errorf("a reply that begins with %q", line)
	}
	if r.size, err = strconv.Atoi(r.text); err != nil || r.size < 0 {
		return r, err
	}
	if r.kind == '$' || r.kind == '=' {
		_, err = c.in.Discard(r.size + len("\r\n"))
		return r, err
	}
	n := r.size
	if r.kind == '%' {
		n *= 2
	}
	for range n {
		element, err := c.next()
		if err != nil {
			return r, err
		}
		r.elements = append(r.elements, element)
	}
	return r, nil
}

// info returns a number of INFO.
func (c *conn) info(section, name string) (int, error) {
	if err := c.send(command("INFO", section)); err != nil {
		return 0, err
	}
	text, err := c.text()
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`(?m)^` + name + `:(\d+)\r$`).FindStringSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("no %s in %s", name, text)
	}
	return strconv.Atoi(found[1])
}

// text reads a reply that is one value, and returns it.
func (c *conn) text() (string, error) {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return "", err
	}
	size, err := strconv.Atoi(strings.Trim(line, "$\r\n"))
	if err != nil {
		return "", fmt.Errorf("%q is no value", line)
	}
	b := make([]byte, size+len("\r\n"))
	_, err = io.ReadFull(c.in, b)
	return string(b[:size]), err
}
