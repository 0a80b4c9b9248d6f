package kvredis

import (
	"bytes"
	"slices"
)

// slotCount is how many slots a cluster has.
const slotCount = 1 << 14

// slotOf returns the slot of a key in a cluster: that of the part in its first braces,
// unless there is none or it is empty.
func slotOf(key []byte) int {
	if begin := bytes.IndexByte(key, '{'); begin >= 0 {
		if length := bytes.IndexByte(key[begin+1:], '}'); length > 0 {
			key = key[begin+1 : begin+1+length]
		}
	}
	return int(crc16(key)) % slotCount
}

// crc16 is the one that Redis takes for slots: of XMODEM.
func crc16(data []byte) (sum uint16) {
	for _, b := range data {
		sum ^= uint16(b) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

// A slotKeys are keys of one slot, and their places among all.
type slotKeys struct {
	slot   int
	keys   []string
	places []int
}

// bySlot divides keys by their slots.
func bySlot(keys []string) []slotKeys {
	order := make([]slotKeys, len(keys))
	for i, key := range keys {
		order[i] = slotKeys{slotOf([]byte(key)), keys[i : i+1 : i+1], []int{i}}
	}
	slices.SortStableFunc(order, func(a, b slotKeys) int { return a.slot - b.slot })
	slots := order[:0]
	for _, k := range order {
		if n := len(slots); n > 0 && slots[n-1].slot == k.slot {
			slots[n-1].keys = append(slots[n-1].keys, k.keys...)
			slots[n-1].places = append(slots[n-1].places, k.places...)
			continue
		}
		slots = append(slots, k)
	}
	return slots
}
