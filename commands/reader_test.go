package commands_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
)

// moving is a catalog that a test moves on.
type moving struct{ view atomic.Pointer[search.View] }

func (m *moving) set(g catalog.Generation, es ...*catalog.Entity) {
	v := search.NewReader(catalog.Changes{Generation: g, Full: true, Upserts: es}, nil, search.Options{}).For(catalog.Viewer{})
	m.view.Store(&v)
}

func (m *moving) at(catalog.Viewer) search.View { return *m.view.Load() }

func owned(name, team string) *catalog.Entity {
	return searchtest.Entity("component:default/"+name, searchtest.Owner("group:default/"+team))
}

func says(t *testing.T, c *commands.Commands, question, want string) {
	t.Helper()
	_, m := c.Ask(t.Context(), commands.Question{Text: question})
	if text := card.Plain(m); !strings.Contains(text, want) {
		t.Errorf("%s: %q is not in\n%s", question, want, text)
	}
}

func TestAChangeIsAnsweredFromAtOnce(t *testing.T) {
	t.Parallel()
	var m moving
	red, blue := searchtest.Entity("group:default/red"), searchtest.Entity("group:default/blue")
	m.set(1, owned("pay", "red"), red, blue)
	c := commands.New(commands.Deps{View: m.at, Now: clock})
	says(t, c, "who owns pay?", "owned by red")
	m.set(2, owned("pay", "blue"), owned("ship", "blue"), red, blue)
	says(t, c, "who owns pay?", "owned by blue")
	says(t, c, "who owns ship?", "owned by blue")
}

func TestKeep(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var m moving
	red := searchtest.Entity("group:default/red")
	m.set(1, owned("pay", "red"), red)
	c := commands.New(commands.Deps{View: m.at, Now: time.Now})
	says(t, c, "who owns pay?", "owned by red")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Keep(ctx, time.Millisecond)
	}()
	for g := catalog.Generation(2); g < 6; g++ { // in the language of before or of now, the answer is the same
		m.set(g, owned("pay", "red"), owned("freight-desk", "red"), red)
		says(t, c, "who owns freight-desk?", "owned by red")
	}
	cancel()
	<-done
}

// TestWhatIsNewerThanTheLanguage asks while the language is that of before: what something new has for docs is all of
// them, not the page where its name is written.
func TestWhatIsNewerThanTheLanguage(t *testing.T) {
	var m moving
	red := searchtest.Entity("group:default/red")
	m.set(1, owned("pay", "red"), red)
	kept, calls := make(chan struct{}), 0
	c := commands.New(commands.Deps{View: m.at, Now: func() time.Time {
		if calls++; calls == 2 { // the first round of Keep has ended
			close(kept)
		}
		return clock()
	}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Keep(ctx, time.Hour)
	}()
	<-kept
	desk := owned("freight-desk", "red")
	docs := []search.Doc{{Entity: desk.Ref, Title: "Overview", Text: "The freight-desk sends freight.", Lang: "en"}, {Entity: desk.Ref, Page: "running", Title: "Running it", Text: "make run", Lang: "en"}}
	v := search.NewReader(catalog.Changes{Generation: 2, Upserts: []*catalog.Entity{owned("pay", "red"), desk, red}}, docs, search.Options{}).For(catalog.Viewer{})
	m.view.Store(&v)
	says(t, c, "who owns freight-desk?", "owned by red")
	says(t, c, "where are the docs of freight-desk?", "Docs of freight-desk")
	cancel()
	<-done
}
