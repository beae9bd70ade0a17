package remote

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a host that answers the questions for heads when the test says so, each with an answer of its own.
type slow struct {
	*memory
	asked chan chan Commit
}

func newSlow() *slow { return &slow{newMemory(), make(chan chan Commit, 10)} }

func (s *slow) Head(ctx context.Context, _ Repo, _ string) (Commit, error) {
	answer := make(chan Commit, 1)
	s.asked <- answer
	select {
	case c := <-answer:
		return c, nil
	case <-ctx.Done():
		return Commit{}, ctx.Err()
	}
}

// TestHeadAfterPush: who asks for a head after a push does not get the answer to a question from before it, neither as it
// comes in nor later.
func TestHeadAfterPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := newSlow()
		h := NewHost(HostOptions{Name: "host.example", API: api})
		r := Repo{ID: "1", Path: "acme/pay"}
		h.Learn(r)
		ask := func() <-chan Commit { // and waits until it has an answer, or the host has the question
			head := make(chan Commit, 1)
			go func() {
				c, err := h.Head(t.Context(), r, "main")
				if err != nil {
					t.Error(err)
				}
				head <- c
			}()
			synctest.Wait()
			return head
		}
		first := ask()
		before := <-api.asked
		h.Forget("Acme/pay")
		second := ask()
		if len(api.asked) == 0 {
			before <- Commit{ID: "old"}
			t.Fatal("the host was not asked again after a push")
		}
		after := <-api.asked
		after <- Commit{ID: "new"}
		if c := <-second; c.ID != "new" {
			t.Errorf("after the push: %v", c)
		}
		before <- Commit{ID: "old"}
		if c := <-first; c.ID != "old" {
			t.Errorf("before the push: %v", c)
		}
		if c := <-ask(); c.ID != "new" {
			t.Errorf("what is remembered is %v", c)
		}
	})
}

// TestFlightOfOthers: who asks together with somebody who gives up gets an answer all the same.
func TestFlightOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := newSlow()
		h := NewHost(HostOptions{Name: "host.example", API: api})
		first, giveUp := context.WithTimeout(t.Context(), time.Minute)
		defer giveUp()
		failed := make(chan error, 1)
		go func() {
			_, err := h.Head(first, Repo{ID: "1"}, "main")
			failed <- err
		}()
		synctest.Wait()
		<-api.asked
		got := make(chan error, 1)
		go func() {
			_, err := h.Head(t.Context(), Repo{ID: "1"}, "main")
			got <- err
		}()
		synctest.Wait()
		if err := <-failed; err == nil {
			t.Error("who gave up has an answer")
		}
		synctest.Wait()
		select {
		case answer := <-api.asked:
			answer <- Commit{ID: "x"}
		default:
		}
		if err := <-got; err != nil {
			t.Errorf("who did not: %v", err)
		}
	})
}
