package main

import (
	"context"
	"time"
)

// refreshWait is how long work waits for a source that is read again.
const refreshWait = 3 * time.Minute

// onDemand asks the replica that reads to read a source again.
type onDemand struct{ *followed }

// Refresh implements commands.Refresher.
func (d onDemand) Refresh(ctx context.Context, origin, location string) error {
	ctx, cancel := context.WithTimeout(ctx, refreshWait)
	defer cancel()
	return d.read(ctx, origin, location, func(string) error { return nil })
}
