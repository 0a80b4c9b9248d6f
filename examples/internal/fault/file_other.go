//go:build !linux

package fault

import "errors"

func (*file) hideFreelist() error { return errors.New("this takes Linux for engine bolt") }
