package main

import "context"

// DEL key [key ...]. The reply is how many of them there were.
func runDel(ctx context.Context, c *client, args [][]byte) error {
	n, err := c.keys.remove(ctx, args[1:])
	if err != nil {
		return err
	}
	c.out.Int(int64(n))
	return nil
}

// EXISTS key [key ...]. A key that is named twice counts twice.
func runExists(ctx context.Context, c *client, args [][]byte) error {
	n := 0
	for _, key := range args[1:] {
		found, err := c.keys.exists(ctx, key)
		if err != nil {
			return err
		}
		if found {
			n++
		}
	}
	c.out.Int(int64(n))
	return nil
}

// TYPE key. All values are strings.
func runType(ctx context.Context, c *client, args [][]byte) error {
	found, err := c.keys.exists(ctx, args[1])
	switch {
	case err != nil:
		return err
	case found:
		c.out.Simple("string")
	default:
		c.out.Simple("none")
	}
	return nil
}
