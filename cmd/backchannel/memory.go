package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// The soft limits of memory, in bytes: while the catalog is loaded, and the least once its size is known.
const (
	loadMemory = 4 << 30
	minMemory  = 256 << 20
)

// servingGC is GOGC while questions are answered: garbage may be twice what is kept, as far as the soft limit lets it.
const servingGC = 200

// limitMemory sets the soft limit for the first load; GOMEMLIMIT in the environment wins.
func limitMemory() {
	if debug.SetMemoryLimit(-1) == 1<<63-1 {
		debug.SetMemoryLimit(loadMemory)
	}
}

// giveMemoryBack returns to the system what loading needed and serving does not, and sets the soft limit to twice what
// is mapped then: what is kept holds next to no pointers, so that a collection is cheap, and there is room for the
// garbage of tens of thousands of answers between two of them.
func giveMemoryBack() {
	debug.FreeOSMemory()
	if debug.SetMemoryLimit(-1) != loadMemory {
		return // GOMEMLIMIT rules
	}
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	for _, s := range samples {
		if s.Value.Kind() != metrics.KindUint64 {
			return // another Go, other metrics
		}
	}
	mapped := int64(samples[0].Value.Uint64()) - int64(samples[1].Value.Uint64())
	debug.SetMemoryLimit(max(minMemory, 2*mapped))
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(servingGC)
	}
}
