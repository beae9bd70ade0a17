//go:build !unix

package searchtest

import "time"

// ProcessorTime is not known on this system.
func ProcessorTime() time.Duration { return 0 }
