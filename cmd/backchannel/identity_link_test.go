package main

import (
	"context"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
)

// slowLinks are links whose answers are a while on their way.
type slowLinks struct {
	bot.Links
	read, arrive chan struct{}
}

func (s slowLinks) Of(ctx context.Context, a bot.Actor) (bot.Link, error) {
	l, err := s.Links.Of(ctx, a)
	s.read <- struct{}{}
	<-s.arrive
	return l, err
}

// TestUnlinkedWhileRead: a link that is removed while it is read gives nobody the rights of its person.
func TestUnlinkedWhileRead(t *testing.T) {
	t.Parallel()
	b := newIDBench(t, office{"U": {}})
	a, at := actorOf("S", "U"), bot.Address{Platform: "office", Workspace: "S"}
	slow := slowLinks{b.links, make(chan struct{}), make(chan struct{})}
	b.links = slow
	if err := b.state.Links.Put(t.Context(), bot.Link{Actor: a, User: "user:default/ada", By: a, Since: b.now}); err != nil {
		t.Fatal(err)
	}
	b.of(a, at)
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.readLink(t.Context(), a)
	}()
	<-slow.read
	if _, err := b.state.Links.Remove(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	b.Changed(a)
	close(slow.arrive)
	<-done
	if w := b.of(a, at); !w.user.IsZero() {
		t.Errorf("after the link was removed they are %s", w.user)
	}
}
