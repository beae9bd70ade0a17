package process

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"time"
)

// stuck writes nothing until its context is done.
type stuck struct{ ctx context.Context }

func (s stuck) Write(b []byte) (int, error) {
	<-s.ctx.Done()
	return len(b), nil
}

// TestAnswersNobodyReads ends a conversation whose other side asks and asks, and reads no answer: whoever waits to
// answer does not wait any longer.
func TestAnswersNobodyReads(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c := newConn(stuck{ctx}, func(context.Context, string, json.RawMessage) (any, error) { return "here", nil })
	asks, asked := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.run(ctx, asks)
	}()
	for i := range maxQueued + 1 { // all are answered into the queue, one is being written
		if _, err := fmt.Fprintf(asked, `{"jsonrpc":"2.0","id":%d,"method":"x"}`+"\n", i); err != nil {
			t.Fatal(err)
		}
	}
	flooded := make(chan struct{})
	go func() {
		defer close(flooded)
		defer asked.Close()
		for i := range 10 * maxInFlight {
			if _, err := fmt.Fprintf(asked, `{"jsonrpc":"2.0","id":%d,"method":"x"}`+"\n", 1000+i); err != nil {
				return
			}
		}
	}()
	eventually(t, "nobody can answer", func() bool { return len(c.out) == maxQueued && len(c.slots) == maxInFlight })
	stop()
	for what, ended := range map[string]<-chan struct{}{"the flood": flooded, "the conversation": done} {
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s does not end", what)
		}
	}
}
