package kvdb

import "context"

// Apply implements [Batcher].
func (m *Memory) Apply(ctx context.Context, muts []Mutation) error {
	const op = "batch"
	if err := m.check(ctx, op); err != nil {
		return err
	}
	for i := range muts {
		if err := CheckKey(op, muts[i].Key); err != nil {
			return err
		}
	}
	return m.change(op, func(root *node) *node {
		for i := range muts {
			if muts[i].Delete {
				root = root.remove(muts[i].Key)
			} else {
				root = root.put(newEntry(muts[i].Key, muts[i].Value))
			}
		}
		return root
	})
}

// GetMany implements [MultiGetter]. All of the values are of one state.
func (m *Memory) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	return m.GetManySized(ctx, keys, fits)
}

// fits is the [Room] for a value of any size.
func fits(size int) []byte { return make([]byte, 0, size) }

// GetManySized implements [SizedMultiGetter]. All of the values are of one state.
func (m *Memory) GetManySized(ctx context.Context, keys [][]byte, room Room) ([][]byte, error) {
	const op = "get"
	root, err := m.snapshot(ctx, op)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if err := CheckKey(op, key); err != nil {
			return nil, err
		}
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		e := root.find(key)
		if e == nil {
			continue
		}
		if values[i] = e.into(room); values[i] == nil {
			return values[:i], nil
		}
	}
	return values, nil
}
