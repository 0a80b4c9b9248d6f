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
	const op = "get"
	root, err := m.snapshot(ctx, op)
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		if err := CheckKey(op, key); err != nil {
			return nil, err
		}
		if e := root.find(key); e != nil {
			values[i] = clone(e.Value)
		}
	}
	return values, nil
}
