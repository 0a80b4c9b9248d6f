//go:build !windows

package errno

func ours() *table { return &portable }
