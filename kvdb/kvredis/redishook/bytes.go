package redishook

import "github.com/redis/go-redis/v9"

// sent returns the bytes of the strings among a command's arguments.
func sent(cmd redis.Cmder) (n int) {
	args := cmd.Args()
	for i := 1; i < len(args); i++ {
		n += length(args[i])
	}
	return n
}

// delivered returns the bytes of the strings of a reply. The result is read when the command has
// ended, so nothing is waited for.
func delivered(cmd redis.Cmder) (n int) {
	switch cmd := cmd.(type) {
	case *redis.StringCmd:
		return len(cmd.Val())
	case *redis.SliceCmd:
		for _, value := range cmd.Val() {
			n += length(value)
		}
	case *redis.StringSliceCmd:
		for _, value := range cmd.Val() {
			n += len(value)
		}
	case *redis.MapStringStringCmd:
		for field, value := range cmd.Val() {
			n += len(field) + len(value)
		}
	case *redis.Cmd:
		return length(cmd.Val())
	}
	return n
}

func length(value any) int {
	switch value := value.(type) {
	case string:
		return len(value)
	case []byte:
		return len(value)
	}
	return 0
}
