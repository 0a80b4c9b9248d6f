package main

import (
	"errors"
	"io"
	"os"
)

// A drain is the writing end of a pipe, with somebody who reads all of it. A
// write to it blocks while it is full, as to a standard output.
type drain struct {
	*os.File
	read chan error
}

func openDrain() (*drain, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	w.Fd() // from here on it blocks
	d := &drain{w, make(chan error, 1)}
	go func() {
		_, err := io.Copy(io.Discard, r)
		d.read <- errors.Join(err, r.Close())
	}()
	return d, nil
}

// close waits for the reader.
func (d *drain) close() error { return errors.Join(d.Close(), <-d.read) }
