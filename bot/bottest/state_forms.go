package bottest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func (b *stateBench) post(key string, at time.Time) bot.Post {
	return bot.Post{
		Key: key, To: bot.Address{Platform: "p", Workspace: "W", Channel: "C", Thread: "T"}, Added: at, State: bot.Unsent,
		Message: card.Message{Lang: lang.English, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("it is red")}}}},
	}
}

func (b *stateBench) outbox() {
	p := b.post("build:1", b.now)
	b.once(func(s bot.State) (bool, error) { return s.Outbox.Put(b.ctx, p) })
	got, err := b.b.Outbox.Get(b.ctx, p.Key)
	b.ok(err)
	b.same("the post", p, got)
	p.Attempts, p.Error, p.Doubt = 1, "no answer", true
	b.ok(b.b.Outbox.Update(b.ctx, p))
	sent := p
	sent.State, sent.Attempts, sent.ID, sent.Error = bot.Sent, 2, "m1", ""
	b.ok(b.b.Outbox.Update(b.ctx, sent))
	b.ok(b.a.Outbox.Update(b.ctx, p)) // too late
	got, err = b.a.Outbox.Get(b.ctx, p.Key)
	b.ok(err)
	b.same("the post that was sent", sent, got)
	if fresh, err := b.a.Outbox.Put(b.ctx, b.post("build:1", b.now)); fresh || err != nil {
		b.Errorf("put again: %v, %v", fresh, err)
	}
	_, err = b.a.Outbox.Get(b.ctx, "other")
	b.missing("an unknown post", err)
	b.missing("an unknown post's update", b.a.Outbox.Update(b.ctx, b.post("other", b.now)))
}

func (b *stateBench) unsent() {
	for i := range 5 {
		p := b.post(fmt.Sprint("post:", i), b.now.Add(time.Duration(i)*time.Minute))
		if _, err := b.a.Outbox.Put(b.ctx, p); err != nil {
			b.Fatal(err)
		}
		if i == 1 {
			p.State, p.ID = bot.Sent, "m"
			b.ok(b.a.Outbox.Update(b.ctx, p))
		}
	}
	got, err := b.b.Outbox.Unsent(b.ctx, b.now.Add(4*time.Minute), 2)
	b.ok(err)
	b.same("unsent", []string{"post:0", "post:2"}, got)
	b.sweeps(b.a.Outbox, b.now.Add(2*time.Minute), 2)
}

func (b *stateBench) intents() {
	row := bot.StoredIntent{ID: "abc", Intent: card.Intent{Name: "search", Args: []string{"数", strings.Repeat("long ", 100)}}, Expires: b.now.Add(time.Hour)}
	b.ok(b.a.Intents.Save(b.ctx, []bot.StoredIntent{row, {ID: "plain", Intent: card.Intent{Name: "x"}, Single: true, Expires: b.now.Add(2 * time.Hour)}}))
	b.ok(b.a.Intents.Save(b.ctx, []bot.StoredIntent{row}))
	b.ok(b.a.Intents.Save(b.ctx, nil))
	got, err := b.b.Intents.Load(b.ctx, "abc", b.now)
	b.ok(err)
	b.same("the intent", row, got)
	_, err = b.b.Intents.Load(b.ctx, "abc", b.now.Add(time.Hour))
	b.missing("an expired intent", err)
	_, err = b.b.Intents.Load(b.ctx, "unknown", b.now)
	b.missing("an unknown intent", err)
	b.sweeps(b.a.Intents, b.now.Add(time.Hour+time.Second), 1)
}

func (b *stateBench) intentsRace() {
	b.ok(b.a.Intents.Save(b.ctx, []bot.StoredIntent{{ID: "abc", Intent: card.Intent{Name: "create"}, Single: true, Expires: b.now.Add(time.Hour)}}))
	b.once(func(s bot.State) (bool, error) { return s.Intents.Use(b.ctx, "abc") })
	_, err := b.a.Intents.Use(b.ctx, "unknown")
	b.missing("the use of an unknown intent", err)
}

func (b *stateBench) draft(id string) bot.Draft {
	return bot.Draft{
		ID: id, Form: "scaffold", Actor: bot.Actor{Platform: "p", Workspace: "W", ID: "alice", Name: "Alice"},
		Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"}, Values: card.Values{"name": {"x"}, "tags": {"a", "数"}, "none": nil},
		Data: json.RawMessage(`{"template":"template:default/go"}`), Expires: b.now.Add(time.Hour),
	}
}

func (b *stateBench) drafts() {
	d := b.draft("d1")
	b.ok(b.a.Drafts.Save(b.ctx, d))
	d.Values["name"] = []string{"y"}
	b.ok(b.b.Drafts.Save(b.ctx, d))
	got, err := b.a.Drafts.Load(b.ctx, "d1", b.now)
	b.ok(err)
	b.same("the draft", d, got)
	_, err = b.a.Drafts.Load(b.ctx, "d1", b.now.Add(time.Hour))
	b.missing("an expired draft", err)
	_, err = b.a.Drafts.Take(b.ctx, "d1", b.now.Add(time.Hour))
	b.missing("an expired draft, taken", err)
	_, err = b.a.Drafts.Load(b.ctx, "unknown", b.now)
	b.missing("an unknown draft", err)
	later := b.draft("d2")
	later.Expires = b.now.Add(2 * time.Hour)
	b.ok(b.a.Drafts.Save(b.ctx, later))
	b.sweeps(b.b.Drafts, b.now.Add(time.Hour+time.Second), 1)
}

// claims: what was handed in is open for nobody, and is taken over by one when nobody finishes it.
func (b *stateBench) claims() {
	a, other := b.a.Drafts.(bot.Claims), b.b.Drafts.(bot.Claims)
	b.missing("an unknown draft, claimed", a.Claim(b.ctx, b.draft("d0"), b.now))
	for i, id := range []string{"d1", "d2"} {
		b.ok(b.a.Drafts.Save(b.ctx, b.draft(id)))
		d := b.draft(id)
		d.Values["last"] = []string{"page"}
		b.ok(other.Claim(b.ctx, d, b.now.Add(time.Duration(i)*time.Minute)))
		b.missing("a draft claimed twice", a.Claim(b.ctx, d, b.now))
	}
	_, err := b.a.Drafts.Load(b.ctx, "d1", b.now)
	b.missing("a claimed draft", err)
	_, err = b.a.Drafts.Take(b.ctx, "d1", b.now)
	b.missing("a claimed draft, taken", err)
	b.ok(b.a.Drafts.Save(b.ctx, b.draft("d3")))
	for id, want := range map[string]bool{"d1": true, "d2": true, "d3": false, "d4": false} {
		if is, err := a.Pending(b.ctx, id); is != want || err != nil {
			b.Errorf("%s is pending: %v, %v", id, is, err)
		}
	}
	want := b.draft("d1")
	want.Values["last"] = []string{"page"}
	all, err := a.Claimed(b.ctx, b.now.Add(time.Second), 10)
	b.ok(err)
	b.same("what was claimed", []bot.Draft{want}, all)
	if all, err = a.Claimed(b.ctx, b.now.Add(time.Hour), 1); len(all) != 1 || err != nil {
		b.Errorf("one at most: %v, %v", all, err)
	}
	b.once(func(s bot.State) (bool, error) {
		d, err := s.Drafts.(bot.Claims).Reclaim(b.ctx, "d1", b.now.Add(time.Second), b.now.Add(time.Hour))
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		b.same("what was taken over", want, d)
		return true, err
	})
	b.ok(b.b.Drafts.Save(b.ctx, b.draft("d1"))) // refused: it is open again
	if _, err := b.a.Drafts.Load(b.ctx, "d1", b.now); err != nil {
		b.Errorf("a draft that was put back: %v", err)
	}
	for range 2 {
		b.ok(a.Drop(b.ctx, "d1")) // which is open
		b.ok(a.Drop(b.ctx, "d2"))
	}
	for _, id := range []string{"d1", "d2"} {
		if is, err := other.Pending(b.ctx, id); is || err != nil {
			b.Errorf("%s is pending at the end: %v, %v", id, is, err)
		}
	}
	if all, err = a.Claimed(b.ctx, b.now.Add(time.Hour), 10); len(all) != 0 || err != nil {
		b.Errorf("at the end: %v, %v", all, err)
	}
	if _, err := b.a.Drafts.Take(b.ctx, "d1", b.now); err != nil {
		b.Errorf("an open draft was dropped: %v", err)
	}
}

func (b *stateBench) draftsRace() {
	want := b.draft("d1")
	b.ok(b.a.Drafts.Save(b.ctx, want))
	b.once(func(s bot.State) (bool, error) {
		d, err := s.Drafts.Take(b.ctx, "d1", b.now)
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		b.same("the draft", want, d)
		return true, err
	})
}
