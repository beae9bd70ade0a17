package main

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestShutdownLetsRequestsFinish ends a listener while it answers: what is under way is answered, the port is closed,
// and nothing is left running.
func TestShutdownLetsRequestsFinish(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	begun, finish := make(chan struct{}), make(chan struct{})
	l, err := listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-finish
		io.WriteString(w, "done")
	}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.run(ctx) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	answer := make(chan string, 1)
	go func() {
		res, err := client.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		answer <- string(body)
		if err != nil {
			t.Error(err)
		}
	}()
	<-begun
	stop()
	closed := func() bool {
		res, err := client.Get("http://" + l.Addr().String())
		if err == nil {
			res.Body.Close()
		}
		return err != nil
	}
	if err := waitFor(t.Context(), time.Millisecond, closed); err != nil {
		t.Error("requests are still taken")
	}
	select {
	case err := <-ended:
		t.Errorf("it ended (%v) before the request was answered", err)
	default:
	}
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
