package main

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// office is a platform whose people are in a table; who is not in it is not known yet.
type office map[string]bot.Account

func (office) UserAnnotations() []string { return []string{"office.example/id"} }

func (o office) Account(a bot.Actor, at bot.Address) (bot.Account, bool) {
	acc, known := o[a.ID]
	acc.IDs = []string{a.Workspace + "/" + a.ID}
	if a.Workspace == at.Workspace {
		acc.IDs = append(acc.IDs, a.ID)
	}
	return acc, known
}

type idBench struct {
	*identity
	state bot.State
	now   time.Time
}

// newIDBench knows the people of a company and the accounts of an office, of which workspace S is the staff's.
func newIDBench(t testing.TB, o office) *idBench {
	t.Helper()
	with := func(mail, note string) st.Option {
		return func(e *catalog.Entity) {
			e.Profile.Email, e.Profile.DisplayName = mail, "The "+e.Name
			if note != "" {
				e.Annotations = []catalog.Pair{{Key: "office.example/id", Value: note}}
			}
		}
	}
	r := search.NewReader(catalog.Changes{Generation: 1, Upserts: []*catalog.Entity{
		st.Entity("user:ada", with("ada@example.com", ""), st.Rel("memberOf", "group:shop")),
		st.Entity("user:bo", with("bo@example.com", "UBO"), st.Rel("memberOf", "group:shop")),
		st.Entity("user:cy", with("cy@example.com", "X/UCY")),
		st.Entity("user:di", with("di@example.com", "mail-of-di@example.com")),
		st.Entity("group:shop", st.Rel("childOf", "group:company")), st.Entity("group:company"),
	}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	b := &idBench{state: bot.NewMemoryState(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	b.identity = newIdentity(func(v catalog.Viewer) search.View { return r.For(v) }, b.state.Links, func(at bot.Address) bool { return at.Workspace == "S" },
		slog.New(slog.DiscardHandler), func() time.Time { return b.now })
	b.accounts["office"] = o
	b.refresh()
	return b
}

func actorOf(workspace, id string) bot.Actor {
	return bot.Actor{Platform: "office", Workspace: workspace, ID: id}
}

func TestAccountsAreMatched(t *testing.T) {
	t.Parallel()
	mail := func(s string) bot.Account { return bot.Account{Email: s} }
	b := newIDBench(t, office{
		"UADA": mail("ADA@example.com"), "UBO": mail("somebody@example.com"), "UCY": {}, "UDI": mail("mail-of-di@example.com"),
		"UGUEST": {Email: "ada@example.com", Guest: true}, "UGUESTDI": {Email: "mail-of-di@example.com", Guest: true}, "UUNSURE": {Email: "ada@example.com", Unsure: true}, "UNONE": mail("nobody@example.com"),
	})
	for _, tt := range []struct {
		who  bot.Actor
		at   string
		want string
		how  bot.Proof
	}{
		{actorOf("S", "UADA"), "S", "user:default/ada", bot.ByMail},
		{actorOf("S", "UBO"), "S", "user:default/bo", bot.ByAnnotation},
		{actorOf("X", "UBO"), "S", "", ""}, // from another workspace, the bare id is somebody else's
		{actorOf("X", "UCY"), "S", "user:default/cy", bot.ByAnnotation},
		{actorOf("S", "UCY"), "S", "", ""},
		{actorOf("S", "UDI"), "S", "user:default/di", bot.ByAnnotation},
		{actorOf("C", "UDI"), "C", "", ""},
		{actorOf("C", "UADA"), "C", "", ""}, // not the staff's workspace
		{actorOf("X", "UADA"), "S", "", ""}, // a shared channel
		{actorOf("S", "UGUEST"), "S", "", ""},
		{actorOf("S", "UGUESTDI"), "S", "", ""},
		{actorOf("S", "UUNSURE"), "S", "", ""},
		{actorOf("S", "UNONE"), "S", "", ""},
		{actorOf("S", "UNKNOWN"), "S", "", ""},
		{bot.Actor{Platform: "elsewhere", Workspace: "S", ID: "UBO"}, "S", "", ""},
		{bot.Actor{Platform: "office", Workspace: "S"}, "S", "", ""},
	} {
		w := b.of(tt.who, bot.Address{Platform: tt.who.Platform, Workspace: tt.at})
		got := ""
		if !w.user.IsZero() {
			got = w.user.String()
		}
		if got != tt.want || w.how != tt.how {
			t.Errorf("%s at %s is %q by %q, want %q by %q", tt.who.Key(), tt.at, got, w.how, tt.want, tt.how)
		}
	}
	w := b.of(actorOf("S", "UADA"), bot.Address{Platform: "office", Workspace: "S"})
	if want := []catalog.Ref{st.Ref("user:ada"), st.Ref("group:shop"), st.Ref("group:company")}; !slices.Equal(w.principals, want) {
		t.Errorf("principals %v", w.principals)
	}
	if p := b.Profile(actorOf("S", "UADA")); p.Name != "The ada" || !slices.Equal(p.Teams, []string{"shop"}) || p.How != bot.ByMail {
		t.Errorf("profile %+v", p)
	}
	if ref := b.asker(&bot.Event{Actor: actorOf("S", "UBO"), Address: bot.Address{Platform: "office", Workspace: "S"}}); ref != st.Ref("user:bo") {
		t.Errorf("asker %s", ref)
	}
}

func TestLinksAreReadBehindTheQuestion(t *testing.T) {
	t.Parallel()
	o := office{}
	b := newIDBench(t, o)
	a, at := actorOf("C", "UHOME"), bot.Address{Platform: "office", Workspace: "C"}
	if err := b.state.Links.Put(t.Context(), bot.Link{Actor: a, User: "user:default/ada", Since: b.now}); err != nil {
		t.Fatal(err)
	}
	look := func(want string) {
		t.Helper()
		if got := b.of(a, at).user; (want == "") != got.IsZero() || want != "" && got != st.Ref(want) {
			t.Errorf("%s, want %q", got, want)
		}
		select {
		case asked := <-b.asked:
			b.readLink(t.Context(), asked)
		default:
		}
	}
	look("")
	look("user:ada")
	if p := b.Profile(a); p.How != bot.ByLink || !p.Since.Equal(b.now) {
		t.Errorf("profile %+v", p)
	}
	if _, err := b.state.Links.Remove(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	look("user:ada") // another replica removed it
	b.now = b.now.Add(linkLives)
	look("user:ada")
	look("")
	if err := b.state.Links.Put(t.Context(), bot.Link{Actor: a, User: "user:default/gone", Since: b.now}); err != nil {
		t.Fatal(err)
	}
	b.Changed(a)
	look("")
	look("") // a User that left the catalog is nobody
	o["UHOME"] = bot.Account{Guest: true}
	if w := b.of(a, at); !w.told || !w.Guest {
		t.Errorf("what the platform said since is not known: %+v", w)
	}
}

func TestActorsAreBounded(t *testing.T) {
	t.Parallel()
	b := newIDBench(t, office{})
	for i := range maxActors + 10 {
		b.of(actorOf("S", string(rune('A'+i%26))+time.Duration(i).String()), bot.Address{Platform: "office", Workspace: "S"})
	}
	if len(b.rows) != maxActors || b.order.Len() != maxActors {
		t.Errorf("%d rows, %d in order", len(b.rows), b.order.Len())
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	b := newIDBench(t, office{"UADA": {Email: "ada@example.com"}, "UGUEST": {Guest: true}, "UUNSURE": {Unsure: true}})
	g := newGuard(access.New([]access.Audience{
		{Name: "staff", Workspaces: []access.Workspace{{Platform: "office", ID: "S"}}, Guests: access.GuestsNone},
		{Name: "fans", Workspaces: []access.Workspace{{Platform: "office", ID: "C"}}, Guests: access.GuestsPublic},
		{Name: "friends", Workspaces: []access.Workspace{{Platform: "discord", ID: "8"}}, Guests: access.GuestsMembers},
	}, []access.Rule{
		{Allow: true, Acts: []access.Act{access.Ask}, To: []access.Subject{{Audience: "fans"}, {Audience: "friends"}}},
		{Allow: true, Acts: []access.Act{access.Admin}, To: []access.Subject{{Ref: st.Ref("group:company")}}},
	}), b.identity, b.view)
	for _, tt := range []struct {
		who    bot.Actor
		at     string
		direct bool
		what   string
		want   string
		wait   bool
	}{
		{actorOf("S", "UADA"), "S", false, "question", "staff", false},
		{actorOf("S", "UADA"), "S", false, "register", ":0", false},
		{actorOf("S", "UGUEST"), "S", false, "question", "-no-guests", false},
		{actorOf("S", "UUNSURE"), "S", false, "question", "-no-guests", false},
		{actorOf("S", "UNEW"), "S", false, "question", "-no-guests", true},
		{actorOf("C", "UNEW"), "C", false, "question", ":0", false}, // may ask in any case
		{actorOf("C", "UNEW"), "C", false, "register", "-:0 others-only", true},
		{actorOf("C", "UNEW"), "S", false, "question", ":0", false},         // a fan in a shared channel is a fan
		{actorOf("X", "UADA"), "S", false, "question", "-no-guests", false}, // a stranger
		{actorOf("X", "UADA"), "X", false, "question", "-no-audience", false},
		{bot.Actor{Platform: "discord", Workspace: "dm", ID: "7"}, "dm", true, "question", "-no-audience", false},
		{bot.Actor{Platform: "discord", Workspace: "8", ID: "7"}, "8", false, "question", ":0", false},
		{bot.Actor{Platform: "discord", Workspace: "dm", ID: "7"}, "dm", true, "question", ":0", false}, // seen before
		{bot.Actor{Platform: "web", Workspace: "local", ID: "7"}, "local", true, "question", "staff", false},
	} {
		ev := &bot.Event{Actor: tt.who, Address: bot.Address{Platform: tt.who.Platform, Workspace: tt.at, Channel: "C1"}, Channel: bot.Channel{Direct: tt.direct}, Input: bot.Said{}}
		r := g.Admit(ev, tt.what)
		got := r.By
		if got = clean(got); r.Denied {
			got = "-" + got
		}
		if got != tt.want || r.Wait != tt.wait || r.Denied != (r.Say != "") {
			t.Errorf("%s at %s, %s: %q, wait %v, want %q, %v", tt.who.Key(), tt.at, tt.what, got, r.Wait, tt.want, tt.wait)
		}
	}
	b.now = b.now.Add(homeLasts)
	if r := g.Admit(&bot.Event{Actor: bot.Actor{Platform: "discord", Workspace: "dm", ID: "7"}, Address: bot.Address{Platform: "discord", Workspace: "dm"}, Channel: bot.Channel{Direct: true}, Input: bot.Said{}}, "question"); !r.Denied {
		t.Error("where somebody was seen is believed for ever")
	}
}

// clean leaves out the name of a file that the rules of a test do not have.
func clean(by string) string {
	if len(by) > 1 && by[:2] == ".:" {
		return by[1:]
	}
	return by
}

func TestRooms(t *testing.T) {
	t.Parallel()
	r := newRooms(time.Now)
	at := bot.Address{Platform: "office", Workspace: "S", Channel: "C1"}
	told := &bot.Event{Address: at, Channel: bot.Channel{Name: "general", Shared: true}}
	r.fill(told)
	later := &bot.Event{Address: at}
	r.fill(later)
	if later.Channel.Name != "general" || !later.Channel.Shared {
		t.Errorf("remembered %+v", later.Channel)
	}
	at.Channel = "C1.1"
	r.fill(&bot.Event{Address: at, Channel: bot.Channel{Name: "a thread", Parent: "C1", ParentName: "general"}})
	later = &bot.Event{Address: at}
	r.fill(later)
	if later.Channel.Parent != "C1" || later.Channel.ParentName != "general" {
		t.Errorf("of a thread is remembered %+v", later.Channel)
	}
	other := &bot.Event{Address: bot.Address{Platform: "office", Workspace: "T", Channel: "C1"}}
	if r.fill(other); other.Channel.Name != "" || other.Channel.Shared {
		t.Errorf("another workspace's channel is %+v", other.Channel)
	}
}

// TestPeopleOfNow: whoever asks first after the catalog has come, or has come to know more people, is known already.
func TestPeopleOfNow(t *testing.T) {
	note := func(e *catalog.Entity) { e.Annotations = []catalog.Pair{{Key: "office.example/id", Value: "UBO"}} }
	readers := []*search.Reader{
		search.NewReader(catalog.Changes{}, nil, search.Options{}),
		search.NewReader(catalog.Changes{Generation: 1, Upserts: []*catalog.Entity{st.Entity("group:shop")}}, nil, search.Options{}),
		search.NewReader(catalog.Changes{Generation: 2, Upserts: []*catalog.Entity{st.Entity("user:bo", note)}}, nil, search.Options{}),
	}
	now := 0
	i := newIdentity(func(v catalog.Viewer) search.View { return readers[now].For(v) }, bot.NewMemoryState().Links, func(bot.Address) bool { return true },
		slog.New(slog.DiscardHandler), time.Now)
	i.accounts["office"] = office{}
	bo := bot.Actor{Platform: "office", Workspace: "S", ID: "UBO"}
	for want := range readers {
		now = want
		if last := i.people.Load(); last != nil {
			last.made = time.Time{} // long ago, however slow the machine is
		}
		if got := i.of(bo, bot.Address{Platform: "office", Workspace: "S"}).user; (got == st.Ref("user:bo")) != (want == 2) {
			t.Errorf("with catalog %d they are %v", want, got)
		}
		if i.due() {
			t.Errorf("catalog %d: people are still to be indexed", want)
		}
	}
	now = 1
	i.people.Load().took = time.Hour
	if i.due() {
		t.Error("people are indexed more often than their number allows")
	}
	for _, r := range readers {
		_ = r.Close()
	}
}
