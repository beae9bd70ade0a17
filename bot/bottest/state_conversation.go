package bottest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

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
	got, _ = b.since(b.a, mark)
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
		Took:   1234 * time.Microsecond, Failure: "upstream", Limited: true, Decision: "denied: backchannel.yaml:7",
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
