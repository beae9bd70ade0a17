package main

import (
	"runtime/debug"
	"runtime/metrics"
)

// minMemory is the soft limit of memory, in bytes, until the catalog is loaded and its size is known.
const minMemory = 256 << 20

// limitMemory sets the soft limit for the first load; GOMEMLIMIT in the environment wins.
func limitMemory() {
	if debug.SetMemoryLimit(-1) == 1<<63-1 {
		debug.SetMemoryLimit(minMemory)
	}
}

// giveMemoryBack returns to the system what loading needed and serving does not, and sets the soft limit to half as
// much again as what lives now, so that garbage is collected before it costs memory but never in a frenzy.
func giveMemoryBack() {
	debug.FreeOSMemory()
	if debug.SetMemoryLimit(-1) != minMemory {
		return // GOMEMLIMIT rules
	}
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() == metrics.KindUint64 {
		debug.SetMemoryLimit(max(minMemory, int64(sample[0].Value.Uint64())*3/2))
	}
}
