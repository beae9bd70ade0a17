// Command freeze is an example of a process plugin in Go: the calendar of deployment freezes. It shows on every
// component whether it may be deployed now, answers "is there a freeze", and tells subscribers when a freeze begins.
//
//	plugins:
//	  process:
//	    - command: [./freeze]
//	      config: {freezes: [{from: 2026-12-18T00:00:00Z, to: 2027-01-04T00:00:00Z, why: End of the year, types: [service]}]}
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/backchannel-portal/backchannel/plugins/process"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := process.Serve(ctx, process.ServeOptions{New: newFreeze, In: os.Stdin, Out: os.Stdout})
	if err != nil {
		fmt.Fprintln(os.Stderr, "freeze:", err)
		os.Exit(1)
	}
}
