package main

import (
	"context"
	"net"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/examples/internal/watcher"
)

// watched starts a Prometheus that scrapes the address, if the user wants one. A later
// process has that of the first.
func (c config) watched(ctx context.Context, life *program.Life, address net.Addr) (*watcher.Server, error) {
	if !c.watch || !life.First() {
		return nil, nil
	}
	path, err := watcher.Find()
	if err != nil {
		return nil, err
	}
	return watcher.Start(ctx, path, "quickstart", program.Reachable(address))
}
