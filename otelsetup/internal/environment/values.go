package environment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(values, value) {
			return nil
		}
		return fmt.Errorf("%s is none of %s", oneline.Value(value), strings.Join(values, ", "))
	}
}

func anyCase(check func(string) error) func(string) error {
	return func(value string) error { return check(strings.ToLower(value)) }
}

// The SDK multiplies by a million and makes room for the queue at once.
const (
	maxMilliseconds = math.MaxInt32
	maxQueue        = 1_000_000
)

func checkPositive(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 {
		return fmt.Errorf("%s is not a positive whole number", oneline.Value(value))
	}
	return nil
}

func checkMilliseconds(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 || n > maxMilliseconds {
		return fmt.Errorf("%s is not a positive whole number of milliseconds", oneline.Value(value))
	}
	return nil
}

func checkQueue(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 || n > maxQueue {
		return fmt.Errorf("%s is not a whole number from 1 to %d", oneline.Value(value), maxQueue)
	}
	return nil
}

func checkRatio(value string) error {
	if f, err := strconv.ParseFloat(value, 64); err != nil || !(f >= 0 && f <= 1) {
		return fmt.Errorf("%s is not a number from 0 to 1", oneline.Value(value))
	}
	return nil
}

func checkBool(value string) error {
	return anyCase(oneOf("true", "false"))(value)
}
