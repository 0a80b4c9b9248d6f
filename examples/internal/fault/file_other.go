//go:build !linux

package fault

import "errors"

func (*file) hideFreelist() error { return errors.ErrUnsupported }

func (*file) dig() {}
