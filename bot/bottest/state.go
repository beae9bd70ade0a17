package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// OpenState returns two handles on one new, empty state: one and the same where a state has one handle, two
// connections where it has several, as two replicas have.
type OpenState func(t *testing.T) (a, b bot.State)

// TestState is the conformance suite of what a bot.State is made of.
func TestState(t *testing.T, open OpenState) {
	for _, c := range []struct {
		name string
		run  func(*stateBench)
	}{
		{"a delivery is new once", (*stateBench).inbox},
		{"a delivery is new once when all put it at once", (*stateBench).inboxRace},
		{"conversations are seen by all", (*stateBench).threads},
		{"the later version of a conversation counts", (*stateBench).threadsOrder},
		{"no conversation is missed while many are saved", (*stateBench).threadsRace},
		{"keys rotate, two at a time", (*stateBench).keys},
		{"all replicas begin with one key", (*stateBench).keysRace},
		{"the audit keeps each record once", (*stateBench).audit},
		{"the audit can be read and erased by actor", (*stateBench).auditOf},
		{"a post is put once", (*stateBench).outbox},
		{"unsent posts are found", (*stateBench).unsent},
		{"an intent is kept until it expires", (*stateBench).intents},
		{"a single intent is used once", (*stateBench).intentsRace},
		{"a draft is kept until it expires", (*stateBench).drafts},
		{"a draft is taken once", (*stateBench).draftsRace},
		{"installations are kept by workspace", (*stateBench).installations},
		{"subscriptions are found by place and subject", (*stateBench).subscriptions},
		{"subscriptions end with their place", (*stateBench).subscriptionsEnd},
		{"followers are kept until the end", (*stateBench).followers},
		{"hostile text is kept or refused, never trouble", (*stateBench).hostile},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &stateBench{T: t, ctx: t.Context(), now: time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)}
			b.a, b.b = open(t)
			c.run(b)
		})
	}
}

type stateBench struct {
	*testing.T
	ctx  context.Context
	a, b bot.State
	now  time.Time
}

func (b *stateBench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *stateBench) missing(what string, err error) {
	b.Helper()
	if !fault.Is(err, fault.NotFound) {
		b.Errorf("%s: %v, want it not to be found", what, err)
	}
}

func (b *stateBench) same(what string, want, got any) {
	b.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// sweeps checks that a sweep removes n.
func (b *stateBench) sweeps(s bot.Sweeper, before time.Time, n int) {
	b.Helper()
	if got, err := s.Sweep(b.ctx, before); got != n || err != nil {
		b.Errorf("Sweep removed %d, %v; want %d", got, err, n)
	}
}

// once runs do on both handles at once, many times, and checks that exactly one call reports true.
func (b *stateBench) once(do func(s bot.State) (bool, error)) {
	b.Helper()
	var wg sync.WaitGroup
	var yes atomic.Int64
	for i := range 12 {
		s := []bot.State{b.a, b.b}[i%2]
		wg.Go(func() {
			ok, err := do(s)
			if err != nil {
				b.Error(err)
			}
			if ok {
				yes.Add(1)
			}
		})
	}
	wg.Wait()
	if yes.Load() != 1 {
		b.Errorf("%d were the one", yes.Load())
	}
}

func (b *stateBench) inbox() {
	put := func(s bot.State, id string, at time.Time, want bool) {
		b.Helper()
		if fresh, err := s.Inbox.Put(b.ctx, id, at); fresh != want || err != nil {
			b.Errorf("Put(%q) = %v, %v", id, fresh, err)
		}
	}
	put(b.a, "p:W1:1", b.now, true)
	put(b.b, "p:W1:1", b.now.Add(time.Minute), false)
	put(b.b, "p:W1:2", b.now.Add(time.Hour), true)
	b.sweeps(b.b.Inbox, b.now.Add(time.Second), 1)
	put(b.a, "p:W1:2", b.now, false)
	put(b.a, "p:W1:1", b.now.Add(time.Hour), true)
}

func (b *stateBench) inboxRace() {
	b.once(func(s bot.State) (bool, error) { return s.Inbox.Put(b.ctx, "p:W1:1", b.now) })
}

func (b *stateBench) conversation(key string, at time.Time, text string) bot.Conversation {
	return bot.Conversation{Key: key, Turns: []bot.Turn{
		{Text: text, Entities: []string{"component:default/x"}, Intent: "owner", At: at},
		{FromBot: true, Text: "team-y", Entities: []string{"component:default/x"}, Candidates: []string{"a", "b"}, At: at},
	}}
}

// since reads everything after a mark.
func (b *stateBench) since(s bot.State, mark int64) ([]bot.Conversation, int64) {
	b.Helper()
	var all []bot.Conversation
	for {
		cs, next, err := s.Threads.Since(b.ctx, mark)
		b.ok(err)
		if len(cs) == 0 {
			return all, mark
		}
		all, mark = append(all, cs...), next
	}
}

func (b *stateBench) threads() {
	one, two := b.conversation("p:W:C:1", b.now, "who owns 数据库?"), b.conversation("p:W:C:2", b.now, "docs")
	b.ok(b.a.Threads.Save(b.ctx, []bot.Conversation{one}))
	b.ok(b.a.Threads.Save(b.ctx, nil))
	got, mark := b.since(b.b, 0)
	b.same("the first", []bot.Conversation{one}, got)
	if got, again := b.since(b.b, mark); len(got) != 0 || again != mark {
		b.Errorf("nothing new gave %v, mark %d after %d", got, again, mark)
	}
	b.ok(b.b.Threads.Save(b.ctx, []bot.Conversation{two}))
	got, mark = b.since(b.a, mark)
	b.same("the second", []bot.Conversation{two}, got)
	woken := make(chan error, 1)
	go func() { woken <- b.a.Threads.Wait(b.ctx, wait) }()
	for done := false; !done; {
		b.ok(b.a.Threads.Save(b.ctx, []bot.Conversation{two}))
		select {
		case err := <-woken:
			b.ok(err)
			done = true
		case <-time.After(50 * time.Millisecond):
		}
	}
	b.sweeps(b.a.Threads, b.now, 0)
	b.sweeps(b.a.Threads, b.now.Add(time.Second), 2)
	if got, _ := b.since(b.b, 0); len(got) != 0 {
		b.Errorf("after the sweep: %v", got)
	}
}

func (b *stateBench) threadsOrder() {
	late, early := b.conversation("k", b.now.Add(time.Second), "late"), b.conversation("k", b.now, "early")
	b.ok(b.a.Threads.Save(b.ctx, []bot.Conversation{late}))
	_, mark := b.since(b.b, 0)
	b.ok(b.b.Threads.Save(b.ctx, []bot.Conversation{early}))
	if got, _ := b.since(b.b, mark); len(got) != 0 {
		b.Errorf("an earlier version took the place of a later one: %v", got)
	}
	later := b.conversation("k", b.now.Add(time.Minute), "later")
	b.ok(b.b.Threads.Save(b.ctx, []bot.Conversation{later, early}))
	got, _ := b.since(b.a, 0)
	b.same("the latest", []bot.Conversation{later}, got)
}

// threadsRace follows the marks while two replicas save, and must see every conversation.
func (b *stateBench) threadsRace() {
	const writers, each = 4, 30
	var wg sync.WaitGroup
	for w := range writers {
		s := []bot.State{b.a, b.b}[w%2]
		wg.Go(func() {
			for i := range each {
				err := s.Threads.Save(b.ctx, []bot.Conversation{
					b.conversation(fmt.Sprintf("%d-%d", w, i), b.now, "x"), b.conversation(fmt.Sprintf("shared-%d", i), b.now.Add(time.Duration(w)), "x")})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	seen, mark := map[string]bool{}, int64(0)
	for end := time.Now().Add(wait); len(seen) < (writers+1)*each; {
		var cs []bot.Conversation
		cs, mark = b.since(b.a, mark)
		for _, c := range cs {
			seen[c.Key] = true
		}
		if time.Now().After(end) {
			b.Errorf("saw %d of %d conversations", len(seen), (writers+1)*each)
			break
		}
	}
	wg.Wait()
}

func key(c byte) []byte { return []byte(strings.Repeat(string(c), 32)) }

func (b *stateBench) keys() {
	const age = 30 * 24 * time.Hour
	rotate := func(s bot.State, secret byte, at time.Time, want string) {
		b.Helper()
		got, err := s.Keys.Rotate(b.ctx, bot.SigningKey{Secret: key(secret), From: at}, age)
		b.ok(err)
		have := ""
		for _, k := range got {
			if len(k.Secret) != 32 || k.From.IsZero() {
				b.Errorf("a key came back as %v", k)
			}
			have += string(k.Secret[:1])
		}
		if have != want {
			b.Errorf("keys %q, want %q", have, want)
		}
	}
	rotate(b.a, 'a', b.now, "a")
	rotate(b.b, 'b', b.now.Add(age), "a")
	rotate(b.b, 'c', b.now.Add(age+time.Second), "ca")
	rotate(b.a, 'd', b.now.Add(age+time.Minute), "ca")
	rotate(b.a, 'e', b.now.Add(2*age+time.Hour), "ec")
	rotate(b.b, 'f', b.now, "ec") // a clock that is behind changes nothing
}

func (b *stateBench) keysRace() {
	var mu sync.Mutex
	n, seen := byte('a'), map[string]bool{}
	var wg sync.WaitGroup
	for i := range 8 {
		s := []bot.State{b.a, b.b}[i%2]
		wg.Go(func() {
			mu.Lock()
			n++
			candidate := bot.SigningKey{Secret: key(n), From: b.now.Add(time.Duration(n) * time.Millisecond)}
			mu.Unlock()
			keys, err := s.Keys.Rotate(b.ctx, candidate, time.Hour)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || len(keys) != 1 {
				b.Errorf("%d keys, %v", len(keys), err)
				return
			}
			seen[string(keys[0].Secret)] = true
		})
	}
	wg.Wait()
	if len(seen) != 1 {
		b.Errorf("the replicas sign with %d keys", len(seen))
	}
}

func (b *stateBench) record(id, actor string, at time.Time) bot.Record {
	return bot.Record{ID: id, Entry: bot.Entry{
		Time: at, Event: "p:W:" + id, Actor: bot.Actor{Platform: "p", Workspace: "W", ID: actor},
		Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C", Thread: "T"}, What: "question",
		Answer: bot.Answer{Intent: "owner", Outcome: bot.Answered, Entities: []string{"component:default/x", "数"}, Lang: lang.Chinese},
		Took:   1234 * time.Microsecond, Failure: "upstream", Limited: true,
	}}
}

func (b *stateBench) audit() {
	one, two := b.record("01", "alice", b.now), bot.Record{ID: "02", Entry: bot.Entry{
		Time: b.now.Add(time.Minute), Actor: bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}, Address: bot.Address{Platform: "p", Workspace: "W"}}}
	b.ok(b.a.Audit.Append(b.ctx, nil))
	b.ok(b.a.Audit.Append(b.ctx, []bot.Record{one}))
	b.ok(b.b.Audit.Append(b.ctx, []bot.Record{one, two}))
	got, err := b.a.Audit.Of(b.ctx, one.Actor, b.now.Add(time.Hour), 10)
	b.ok(err)
	b.same("the audit", []bot.Record{two, one}, got)
	b.sweeps(b.a.Audit, b.now.Add(time.Second), 1)
	many := make([]bot.Record, 1201)
	for i := range many {
		many[i] = b.record(fmt.Sprintf("many-%04d", i), "crowd", b.now.Add(time.Duration(i)*time.Millisecond))
	}
	b.ok(b.a.Audit.Append(b.ctx, many))
	b.sweeps(b.a.Audit, b.now.Add(time.Hour), len(many)+1)
}

func (b *stateBench) auditOf() {
	var rs []bot.Record
	for i := range 5 {
		rs = append(rs, b.record(fmt.Sprint("a", i), "alice", b.now.Add(time.Duration(i)*time.Minute)), b.record(fmt.Sprint("b", i), "bob", b.now))
	}
	b.ok(b.a.Audit.Append(b.ctx, rs))
	alice := rs[0].Actor
	page, err := b.b.Audit.Of(b.ctx, alice, b.now.Add(4*time.Minute), 2)
	b.ok(err)
	b.same("a page", []bot.Record{rs[6], rs[4]}, page)
	if n, err := b.b.Audit.Erase(b.ctx, alice); n != 5 || err != nil {
		b.Errorf("erased %d, %v", n, err)
	}
	for actor, want := range map[string]int{"alice": 0, "bob": 5} {
		got, err := b.a.Audit.Of(b.ctx, bot.Actor{Platform: "p", Workspace: "W", ID: actor}, b.now.Add(time.Hour), 100)
		if len(got) != want || err != nil {
			b.Errorf("%d records of %s, %v", len(got), actor, err)
		}
	}
}

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
	p.Attempts, p.Error = 1, "no answer"
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

func (b *stateBench) installations() {
	one := bot.Installation{
		Platform: "p", Workspace: "W1", Name: "Acme", Secrets: map[string]string{"bot": "xoxb-very-secret"}, Data: json.RawMessage(`{"scopes":["commands"]}`),
		By: bot.Actor{Platform: "p", Workspace: "W1", ID: "alice"}, Installed: b.now,
	}
	two := bot.Installation{Platform: "p", Workspace: "W0", Installed: b.now}
	b.ok(b.a.Installations.Save(b.ctx, one))
	b.ok(b.a.Installations.Save(b.ctx, two))
	b.ok(b.a.Installations.Save(b.ctx, bot.Installation{Platform: "q", Workspace: "W1"}))
	got, err := b.b.Installations.Load(b.ctx, "p", "W1")
	b.ok(err)
	b.same("the installation", one, got)
	one.Secrets = map[string]string{"bot": "rotated"}
	b.ok(b.b.Installations.Save(b.ctx, one))
	all, err := b.a.Installations.List(b.ctx, "p")
	b.ok(err)
	b.same("all of the platform", []bot.Installation{two, one}, all)
	for range 2 {
		b.ok(b.a.Installations.Remove(b.ctx, "p", "W1"))
	}
	_, err = b.b.Installations.Load(b.ctx, "p", "W1")
	b.missing("a removed installation", err)
}

func (b *stateBench) subscription(channel, subject, topic string) bot.Subscription {
	return bot.Subscription{
		Address: bot.Address{Platform: "p", Workspace: "W", Channel: channel}, Subject: subject, Topic: topic,
		By: bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}, Lang: lang.Chinese, Zone: "Asia/Shanghai", Since: b.now,
	}
}

func (b *stateBench) subscriptions() {
	one, two, three := b.subscription("C1", "component:default/x", "lifecycle"), b.subscription("C1", "component:default/a", "lifecycle"), b.subscription("C2", "component:default/x", "lifecycle")
	other := b.subscription("C2", "component:default/x", "ownership")
	b.once(func(s bot.State) (bool, error) { return s.Subscriptions.Put(b.ctx, one) })
	for _, s := range []bot.Subscription{two, three, other} {
		if added, err := b.a.Subscriptions.Put(b.ctx, s); !added || err != nil {
			b.Errorf("Put: %v, %v", added, err)
		}
	}
	one.Muted = true
	if added, err := b.b.Subscriptions.Put(b.ctx, one); added || err != nil {
		b.Errorf("muting: %v, %v", added, err)
	}
	got, err := b.a.Subscriptions.Of(b.ctx, one.Address)
	b.ok(err)
	b.same("of a channel", []bot.Subscription{two, one}, got)
	got, err = b.b.Subscriptions.About(b.ctx, "component:default/x", "lifecycle")
	b.ok(err)
	b.same("about a subject", []bot.Subscription{one, three}, got)
	for _, want := range []bool{true, false} {
		if was, err := b.b.Subscriptions.Remove(b.ctx, one.Address, one.Subject, one.Topic); was != want || err != nil {
			b.Errorf("Remove: %v, %v", was, err)
		}
	}
}

func (b *stateBench) subscriptionsEnd() {
	for _, s := range []bot.Subscription{b.subscription("C1", "a", "t"), b.subscription("C1", "b", "t"), b.subscription("C2", "a", "t"), b.subscription("C3", "a", "t")} {
		if _, err := b.a.Subscriptions.Put(b.ctx, s); err != nil {
			b.Fatal(err)
		}
	}
	for _, step := range []struct {
		workspace, channel string
		want               int
	}{{"W", "C1", 2}, {"other", "", 0}, {"W", "", 2}, {"W", "", 0}} {
		if n, err := b.b.Subscriptions.End(b.ctx, "p", step.workspace, step.channel); n != step.want || err != nil {
			b.Errorf("End(%q, %q) = %d, %v; want %d", step.workspace, step.channel, n, err, step.want)
		}
	}
}

func (b *stateBench) followers() {
	f := func(message string, at time.Time) bot.Follower {
		return bot.Follower{Key: "run:1", Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"}, Message: message, Lang: lang.English, Since: at}
	}
	first, second := f("m2", b.now), f("m1", b.now.Add(time.Second))
	for range 2 {
		b.ok(b.a.Followers.Follow(b.ctx, second))
		b.ok(b.b.Followers.Follow(b.ctx, first))
	}
	got, err := b.b.Followers.Of(b.ctx, "run:1")
	b.ok(err)
	b.same("followers", []bot.Follower{first, second}, got)
	b.sweeps(b.a.Followers, b.now.Add(time.Millisecond), 1)
	b.ok(b.a.Followers.End(b.ctx, "run:1"))
	b.ok(b.a.Followers.End(b.ctx, "run:1"))
	if got, err := b.b.Followers.Of(b.ctx, "run:1"); len(got) != 0 || err != nil {
		b.Errorf("after the end: %v, %v", got, err)
	}
}

// hostile gives every part text that databases stumble over.
func (b *stateBench) hostile() {
	for i, s := range []string{"\x00", "a\xff\xfeb", "'; DROP TABLE chat_inbox; --", strings.Repeat("数", 5000), "\u202e\u0007"} {
		id := fmt.Sprint(i, s)
		if _, err := b.a.Inbox.Put(b.ctx, id, b.now); err != nil {
			b.Errorf("inbox, %.20q: %v", s, err)
		}
		if fresh, err := b.b.Inbox.Put(b.ctx, id, b.now); fresh || err != nil {
			b.Errorf("inbox again, %.20q: %v, %v", s, fresh, err)
		}
		r := b.record(id, s, b.now)
		r.What, r.Answer.Entities = s, []string{s}
		b.ok(b.a.Audit.Append(b.ctx, []bot.Record{r}))
		b.ok(b.a.Threads.Save(b.ctx, []bot.Conversation{b.conversation(id, b.now, s)}))
		b.ok(b.a.Intents.Save(b.ctx, []bot.StoredIntent{{ID: fmt.Sprint(i), Intent: card.Intent{Name: s, Args: []string{s}}, Expires: b.now}}))
		d := b.draft(fmt.Sprint(i))
		d.Values["x"] = []string{s}
		b.ok(b.a.Drafts.Save(b.ctx, d))
		sub := b.subscription("C", s, s)
		sub.Zone = s
		if _, err := b.a.Subscriptions.Put(b.ctx, sub); err != nil {
			b.Errorf("subscriptions, %.20q: %v", s, err)
		}
		p := b.post(id, b.now)
		if _, err := b.a.Outbox.Put(b.ctx, p); err != nil {
			b.Errorf("outbox, %.20q: %v", s, err)
		}
		p.Error, p.ID = s, s
		b.ok(b.a.Outbox.Update(b.ctx, p))
	}
}
