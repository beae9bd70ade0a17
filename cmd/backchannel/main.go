// Command backchannel is the developer portal that lives in the chat: one binary that keeps a software catalog and
// answers questions about it in Slack, in a terminal and in a browser.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// grace is how long a command may take to clean up after a signal before the next one ends it at once.
const grace = 3 * time.Second

func main() {
	runtime.MemProfileRate = 0 // some library links the profiler of the heap, which then costs every answer and which nobody reads
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { // from then on a signal ends what did not listen to the first
		time.Sleep(grace) // a terminal or a supervisor often sends the first one twice
		stop()
	})
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}
