package system

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// exists reports whether there is a file or directory of the name.
func exists(root fs.FS, name string) bool {
	_, err := fs.Stat(root, name)
	return err == nil
}

// fields returns the words of a file that has n of them at least.
func fields(root fs.FS, name string, n int) ([]string, error) {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	return words(name, string(data), n)
}

// fieldsAfter returns the words after the last sep.
func fieldsAfter(root fs.FS, name string, sep byte, n int) ([]string, error) {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	text := string(data)
	return words(name, text[strings.LastIndexByte(text, sep)+1:], n)
}

func words(name, text string, n int) ([]string, error) {
	all := strings.Fields(text)
	if len(all) < n {
		return nil, fmt.Errorf("%s: too short", name)
	}
	return all, nil
}

func number(name, text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no number", name, text)
	}
	return n, nil
}

// readNumber returns the number that a file begins with.
func readNumber(root fs.FS, name string) (uint64, error) {
	all, err := fields(root, name, 1)
	if err != nil {
		return 0, err
	}
	return number(name, all[0])
}

// readLimit returns the number that a file begins with. It returns false for the
// words by which control groups say that there is no limit, and when there is no
// file.
func readLimit(root fs.FS, name string) (uint64, bool, error) {
	all, err := fields(root, name, 1)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil || all[0] == "max" || all[0] == "-1" {
		return 0, false, err
	}
	n, err := number(name, all[0])
	return n, err == nil, err
}

// keyed returns the numbers after keys at the start of a line. It is an error
// when there is none at all.
func keyed(root fs.FS, name string, keys ...string) (map[string]uint64, error) {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]uint64, len(keys))
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) < 2 || !slices.Contains(keys, words[0]) {
			continue
		}
		if numbers[words[0]], err = number(name, words[1]); err != nil {
			return nil, err
		}
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("%s: no %s", name, strings.Join(keys, ", "))
	}
	return numbers, nil
}

// minus is a - b where counters that were not read at one moment do not wrap
// round.
func minus(a, b uint64) uint64 { return a - min(a, b) }
