package bot

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// desks are who somebody is, as links say it.
type directoryOf struct {
	known map[string]Profile
	links Links
}

func (d directoryOf) Profile(a Actor) Profile {
	if p, ok := d.known[a.Key()]; ok {
		return p
	}
	if l, err := d.links.Of(context.Background(), a); err == nil {
		return Profile{User: l.User, Name: "Ada", How: ByLink, Since: l.Since}
	}
	return Profile{}
}

func (directoryOf) Changed(Actor) {}

type linkBench struct {
	t     *testing.T
	mux   *Mux
	state State
	now   time.Time
}

var (
	known    = Actor{Platform: "chat", Workspace: "T1", ID: "U1"}
	stranger = Actor{Platform: "forum", Workspace: "8190", ID: "77", Name: "ada-at-home"}
)

func newLinkBench(t *testing.T) *linkBench {
	b := &linkBench{t: t, state: NewMemoryState(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	linker := NewLinker(LinkerConfig{
		Directory: directoryOf{map[string]Profile{known.Key(): {User: "user:default/ada", Name: "Ada", How: ByMail, Teams: []string{"Shop"}}}, b.state.Links},
		Links:     b.state.Links, Drafts: b.state.Drafts, Now: func() time.Time { return b.now }, Random: bytes.NewReader(bytes.Repeat([]byte{0, 1, 2, 250, 255}, 40)),
	})
	mux, err := NewMux(MuxConfig{Commands: linker.Commands(), Intents: linker.Intents(), Ask: HandlerFunc(func(context.Context, *Event) (Reply, error) { return Nothing{}, nil })})
	if err != nil {
		t.Fatal(err)
	}
	b.mux = mux
	return b
}

// says sends a sub-command and returns the answer as plain text.
func (b *linkBench) says(who Actor, text string) (string, []card.Action) {
	return b.event(who, Invoked{Path: []string{"backchannel"}, Args: text})
}

func (b *linkBench) event(who Actor, in Input) (string, []card.Action) {
	b.t.Helper()
	r, err := b.mux.Handle(b.t.Context(), &Event{Actor: who, Address: Address{Platform: who.Platform, Workspace: who.Workspace, Channel: "C"}, Input: in})
	if err != nil {
		b.t.Fatal(err)
	}
	m, _, ok := MessageOf(r)
	if !ok {
		return "", nil
	}
	var actions []card.Action
	for _, block := range m.Blocks {
		if a, ok := block.(card.Actions); ok {
			actions = append(actions, a.Items...)
		}
	}
	return card.Plain(m), actions
}

func (b *linkBench) has(text string, want string) {
	b.t.Helper()
	if !strings.Contains(text, want) {
		b.t.Errorf("%q is not in\n%s", want, text)
	}
}

func TestLinkWithACode(t *testing.T) {
	t.Parallel()
	b := newLinkBench(t)
	text, _ := b.says(stranger, "whoami")
	b.has(text, "I do not know who you are")
	for words, want := range map[string]string{"who am i": "I do not know who you are", "Who am I?": "I do not know who you are", "我是谁": "我不知道", "我是谁？": "我不知道"} {
		text, _ = b.says(stranger, words)
		b.has(text, want)
	}
	text, _ = b.says(stranger, "link")
	b.has(text, "000G-5YQZ")
	text, _ = b.says(stranger, "link 000G-5YQZ")
	b.has(text, "cannot vouch")
	text, _ = b.says(known, "link")
	b.has(text, "you are Ada")
	text, actions := b.says(known, "LINK ooog5yqz")
	b.has(text, "ada-at-home (forum 8190)")
	if len(actions) != 2 {
		t.Fatalf("buttons %+v", actions)
	}
	if _, err := b.state.Links.Of(t.Context(), stranger); err == nil {
		t.Fatal("linked before it was confirmed")
	}
	text, _ = b.event(known, Pressed{Intent: actions[0].Intent, Private: true})
	b.has(text, "Done.")
	text, _ = b.says(stranger, "whoami")
	b.has(text, "You are Ada")
	b.has(text, "2026-03-01")
	text, _ = b.says(known, "whoami")
	b.has(text, "77 (forum 8190)")
	b.has(text, "Shop")
	if text, _ = b.event(known, Pressed{Intent: actions[0].Intent, Private: true}); !strings.Contains(text, "no code of mine") {
		t.Errorf("a code works twice: %s", text)
	}
	text, _ = b.says(known, "unlink all")
	b.has(text, "The link is removed")
	text, _ = b.says(stranger, "unlink")
	b.has(text, "no link to remove")
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	b := newLinkBench(t)
	b.says(stranger, "link")
	text, _ := b.says(known, "link 1111-1111")
	b.has(text, "no code of mine")
	text, _ = b.says(known, "link 000G-5YQZ")
	b.has(text, "Wait a few seconds")
	b.now = b.now.Add(10 * time.Second)
	_, actions := b.says(known, "link 000G-5YQZ")
	text, _ = b.event(known, Pressed{Intent: actions[1].Intent, Private: true})
	b.has(text, "void")
	b.now = b.now.Add(10 * time.Second)
	text, _ = b.says(known, "link 000G-5YQZ")
	b.has(text, "no code of mine")
	b.says(stranger, "link")
	b.now = b.now.Add(codeLife)
	text, _ = b.says(known, "link 000G-5YQZ")
	b.has(text, "expired")
	if text, _ := b.event(known, Pressed{Intent: card.Intent{Name: intentLink}}); !strings.Contains(text, "no code of mine") {
		t.Errorf("a button without an argument: %s", text)
	}
	draft := Draft{ID: "some-form", Form: "new", Actor: stranger, Expires: b.now.Add(time.Hour)}
	if err := b.state.Drafts.Save(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	if text, _ := b.event(known, Pressed{Intent: card.Intent{Name: intentLink, Args: []string{draft.ID}}}); strings.Contains(text, "Done") {
		t.Error("a form was taken for a code")
	}
	if _, err := b.state.Links.Of(t.Context(), stranger); err == nil {
		t.Error("linked")
	}
}
