//go:build !unix && !windows

package linewriter

var nothingToSync []error
