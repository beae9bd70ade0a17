package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// town is a catalog with a security team that has a team below it, and somebody in each.
func town(t *testing.T) *search.Reader {
	t.Helper()
	r := search.NewReader(catalog.Changes{Generation: 1, Upserts: []*catalog.Entity{
		st.Entity("group:security", st.Rel("parentOf", "group:redteam")),
		st.Entity("group:redteam", st.Rel("childOf", "group:security")),
		st.Entity("group:engineering", st.Rel("parentOf", "group:shop")),
		st.Entity("group:shop", st.Rel("childOf", "group:engineering")),
		st.Entity("user:eve", st.Rel("memberOf", "group:redteam")),
		st.Entity("user:ada", st.Rel("memberOf", "group:shop")),
		st.Entity("component:vault", st.Owner("group:security"), st.Tags("secret")),
		st.Entity("component:probe", st.Owner("group:redteam")),
		st.Entity("component:evenote", st.Owner("user:eve")),
		st.Entity("system:safe", st.Owner("group:security")),
		st.Entity("component:door", st.Rel("partOf", "system:safe")),
		st.Entity("component:sdk", st.Owner("group:shop"), st.Tags("Public", "go"), st.Type("library")),
		st.Entity("component:till", st.Owner("group:shop"), st.Rel("partOf", "system:retail")),
		st.Entity("system:retail", st.Rel("partOf", "domain:money")),
		st.Entity("template:go-service", st.Owner("group:engineering")),
		st.Entity("template:java-service", st.Owner("group:engineering")),
	}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func ref(s string) catalog.Ref { return st.Ref(s) }

// people of the town.
func person(r *search.Reader, audience, user string) access.Person {
	p := access.Person{Audience: audience}
	if user != "" {
		p.User = ref("user:" + user)
		p.Principals = access.NewPeople(r.For(catalog.Viewer{}), func(func(*catalog.Entity) bool) {}, nil).Principals(p.User)
	}
	return p
}

func subjects(t *testing.T, list ...string) (out []access.Subject) {
	t.Helper()
	for _, s := range list {
		subject, err := access.ParseSubject(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, subject)
	}
	return out
}

func places(t *testing.T, list ...string) (out []access.Where) {
	t.Helper()
	for _, s := range list {
		w, err := access.ParseWhere(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, w)
	}
	return out
}

func pattern(t *testing.T, s string) access.Pattern {
	t.Helper()
	p, err := access.ParsePattern(s, "template")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// policy is the example of the handbook.
func policy(t *testing.T) *access.Policy {
	t.Helper()
	return access.New([]access.Audience{
		{Name: "staff", Workspaces: []access.Workspace{{Platform: "chat", ID: "T1"}}, Guests: access.GuestsNone},
		{Name: "community", Workspaces: []access.Workspace{{Platform: "forum"}}, Guests: access.GuestsPublic},
	}, []access.Rule{
		{Allow: true, Acts: []access.Act{access.Read, access.Ask}, Entities: &access.Selector{Tags: []string{"public"}}, To: subjects(t, "audience:community")},
		{Acts: []access.Act{access.Read}, Entities: &access.Selector{Owners: []catalog.Ref{ref("group:security")}, Inherited: true}, Except: subjects(t, "group:default/security")},
		{Allow: true, Acts: []access.Act{access.Run}, Names: []access.Pattern{pattern(t, "go-service")}, To: subjects(t, "group:default/engineering"), In: places(t, "chat:T1/#new-services", "dm")},
		{Allow: true, Acts: []access.Act{access.Admin}, To: subjects(t, "group:default/security")},
	})
}

func TestDecide(t *testing.T) {
	t.Parallel()
	r, p := town(t), policy(t)
	view := r.For(catalog.Viewer{})
	named := access.Place{Platform: "chat", Workspace: "T1", Channel: "C1", Name: "New-Services"}
	nameless := access.Place{Platform: "chat", Workspace: "T1", Channel: "C1"}
	direct := access.Place{Platform: "chat", Workspace: "T1", Channel: "D1", Direct: true}
	thread := access.Place{Platform: "chat", Workspace: "T1", Channel: "C9", Name: "how do I", Parent: "C1", ParentName: "new-services"}
	threadOff := access.Place{Platform: "chat", Workspace: "T1", Channel: "C9", Name: "how do I", Parent: "C7", ParentName: "random"}
	ada, eve, anyone := person(r, "staff", "ada"), person(r, "staff", "eve"), person(r, "staff", "")
	guest, fan, fanGuest := anyone, person(r, "community", ""), person(r, "community", "")
	guest.Guest, fanGuest.Guest = true, true
	for i, tt := range []struct {
		who    access.Person
		at     access.Place
		act    access.Act
		object string
		want   string
	}{
		{ada, nameless, access.Read, "component:till", "yes staff"},
		{ada, nameless, access.Read, "component:sdk", "yes staff"},
		{ada, nameless, access.Read, "component:vault", "no rule 2"},
		{ada, nameless, access.Read, "component:probe", "no rule 2"},
		{ada, nameless, access.Read, "component:evenote", "no rule 2"},
		{ada, nameless, access.Read, "component:door", "no rule 2"},
		{eve, nameless, access.Read, "component:vault", "yes staff"},
		{anyone, nameless, access.Read, "component:vault", "no rule 2"},
		{guest, nameless, access.Read, "component:sdk", "no no-guests"},
		{fan, nameless, access.Read, "component:sdk", "yes rule 1"},
		{fanGuest, nameless, access.Read, "component:sdk", "yes rule 1"},
		{fan, nameless, access.Read, "component:till", "no not-staff"},
		{fan, nameless, access.Ask, "", "yes rule 1"},
		{fan, nameless, access.Ask, "component:till", "no not-staff"},
		{ada, nameless, access.Ask, "", "yes staff"},
		{ada, named, access.Run, "template:go-service", "yes rule 3"},
		{ada, direct, access.Run, "template:go-service", "yes rule 3"},
		{ada, thread, access.Run, "template:go-service", "yes rule 3"},
		{ada, threadOff, access.Run, "template:go-service", "no others-only 3"},
		{ada, nameless, access.Run, "template:go-service", "no others-only 3"},
		{eve, named, access.Run, "template:go-service", "no others-only 3"},
		{eve, named, access.Run, "template:java-service", "yes staff"},
		{fan, direct, access.Run, "template:java-service", "no not-staff"},
		{ada, direct, access.Admin, "", "no others-only 4"},
		{eve, direct, access.Admin, "", "yes rule 4"},
		{access.Person{}, nameless, access.Read, "component:sdk", "no no-audience"},
		{access.Person{Audience: "gone"}, nameless, access.Ask, "", "no no-audience"},
	} {
		q := access.Request{Who: tt.who, At: tt.at, Act: tt.act, In: view}
		if tt.object != "" {
			e, ok := view.Entity(ref(tt.object))
			if !ok {
				t.Fatalf("there is no %s", tt.object)
			}
			q.Object = e.Record()
		}
		if got := show(p.Decide(q)); got != tt.want {
			t.Errorf("%d: %+v %s %s at %+v: %s, want %s", i, tt.who.User, tt.act, tt.object, tt.at, got, tt.want)
		}
	}
}

func show(d access.Decision) string {
	words := []string{"no"}
	if d.Allowed {
		words[0] = "yes"
	}
	words = append(words, string(d.Reason))
	if d.Rule != nil {
		words = append(words, string(rune('0'+d.Rule.Number)))
	}
	return strings.Join(words, " ")
}

// TestSightAgreesWithDecide looks at every entity through a view and asks for a decision about it.
func TestSightAgreesWithDecide(t *testing.T) {
	t.Parallel()
	r := town(t)
	all := r.For(catalog.Viewer{})
	policies := map[string]*access.Policy{"handbook": policy(t), "open": access.New(nil, nil)}
	policies["only"] = access.New(nil, []access.Rule{
		{Allow: true, Acts: []access.Act{access.Read}, Entities: &access.Selector{Owners: []catalog.Ref{ref("group:security")}}, To: subjects(t, "group:security")},
		{Acts: []access.Act{access.Ask}, Entities: &access.Selector{Kinds: []string{"Template"}}, In: places(t, "chat:T1/#general")},
		{Acts: []access.Act{access.Ask}, Entities: &access.Selector{PartOf: []catalog.Ref{ref("domain:money")}}, Except: subjects(t, "audience:staff"), Spared: places(t, "chat:T1/C9")},
	})
	for name, p := range policies {
		for _, who := range []access.Person{person(r, "staff", "ada"), person(r, "staff", "eve"), person(r, "staff", ""), person(r, "community", ""), {}, {Audience: "staff", Guest: true}} {
			for _, at := range []access.Place{{}, {Platform: "chat", Workspace: "T1", Channel: "C1", Name: "general"}, {Platform: "chat", Workspace: "T1", Channel: "C9", Name: "other"}, {Platform: "chat", Workspace: "T1", Channel: "C2"}} {
				for _, answers := range []bool{false, true} {
					view := r.For(catalog.Viewer{Rules: p.Sight(who, at, answers)})
					n := 0
					for e := range all.Entities(search.Filter{}) {
						want := p.Decide(access.Request{Who: who, At: at, Act: access.Read, Object: e.Record(), In: all}).Allowed
						if answers {
							want = want && p.Decide(access.Request{Who: who, At: at, Act: access.Ask, Object: e.Record(), In: all}).Allowed
						}
						if _, got := view.Entity(e.Ref); got != want {
							t.Errorf("%s: %+v at %+v sees %s: %v, want %v", name, who, at, e.Ref, got, want)
						}
						if want {
							n++
						}
					}
					if got := view.Count(search.Filter{}); got != n {
						t.Errorf("%s: %+v at %+v counts %d, want %d", name, who, at, got, n)
					}
				}
			}
		}
	}
	if policies["open"].Sight(access.Person{Audience: "staff"}, access.Place{}, true) != nil || !policies["open"].Open() {
		t.Error("without rules there are rules")
	}
	if s := policies["handbook"].Sight(person(r, "staff", "eve"), access.Place{}, true); s != nil {
		t.Errorf("rules that hide nothing are %q", s.Key())
	}
}

func TestSightsAreShared(t *testing.T) {
	t.Parallel()
	p, r := policy(t), town(t)
	a, b := p.Sight(person(r, "staff", "ada"), access.Place{}, true), p.Sight(person(r, "staff", ""), access.Place{Direct: true}, true)
	if a == nil || a != b {
		t.Errorf("two people to whom the same rules speak have %v and %v", a, b)
	}
}

func TestAudienceOf(t *testing.T) {
	t.Parallel()
	p := access.New([]access.Audience{
		{Name: "all", Workspaces: []access.Workspace{{Platform: "chat"}}},
		{Name: "one", Workspaces: []access.Workspace{{Platform: "chat", ID: "T1"}}},
	}, nil)
	for workspace, want := range map[string]string{"T1": "one", "T2": "all"} {
		if a, ok := p.AudienceOf("chat", workspace); !ok || a.Name != want {
			t.Errorf("%s: %q, %v", workspace, a.Name, ok)
		}
	}
	if a, ok := p.AudienceOf("forum", "1"); ok {
		t.Errorf("a workspace that is not named is of %q", a.Name)
	}
	if _, ok := p.Audience("staff"); ok {
		t.Error("there is an audience staff that nobody named")
	}
	if a, ok := access.New(nil, nil).AudienceOf("chat", "T9"); !ok || a.Name != access.Staff || a.Guests != access.GuestsMembers {
		t.Errorf("without audiences: %+v, %v", a, ok)
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	mail := func(s string) func(*catalog.Entity) { return func(e *catalog.Entity) { e.Profile.Email = s } }
	note := func(v string) func(*catalog.Entity) {
		return func(e *catalog.Entity) { e.Annotations = []catalog.Pair{{Key: "chat.example/id", Value: v}} }
	}
	r := search.NewReader(catalog.Changes{Generation: 1, Upserts: []*catalog.Entity{
		st.Entity("user:ada", mail("Ada@Example.com"), note("U1"), st.Rel("memberOf", "group:shop")),
		st.Entity("user:bo", mail("both@example.com"), note("T1/U2")),
		st.Entity("user:cy", mail("both@example.com"), note("U1")),
		st.Entity("user:di", mail("nonsense")),
		st.Entity("group:shop", st.Rel("childOf", "group:engineering")),
		st.Entity("group:engineering", st.Rel("childOf", "group:shop")), // a circle
	}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	keys := []string{"chat.example/id"}
	p := access.NewPeople(view, view.Entities(search.Filter{Kinds: []string{"user"}}), keys)
	for address, want := range map[string]string{" ada@example.COM": "user:default/ada", "both@example.com": "", "nonsense": "", "": "", "who@example.com": ""} {
		if got, ok := p.ByMail(address); ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q is %s, %v", address, got, ok)
		}
	}
	if got, ok := p.ByAnnotation(keys, []string{"T1/U2", "U2"}); !ok || got != ref("user:bo") {
		t.Errorf("T1/U2 is %s, %v", got, ok)
	}
	if got, ok := p.ByAnnotation(keys, []string{"U1", ""}); ok {
		t.Errorf("what two claim is %s", got)
	}
	if got := p.Principals(ref("user:ada")); !slices.Equal(got, []catalog.Ref{ref("user:ada"), ref("group:shop"), ref("group:engineering")}) {
		t.Errorf("principals are %v", got)
	}
	if got := p.Principals(ref("user:nobody")); got != nil {
		t.Errorf("somebody who is not there is %v", got)
	}
	if p.Name(ref("user:ada")) != "ada" || p.Name(ref("user:nobody")) != "nobody" {
		t.Error("names")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"audience:staff": true, "group:security": true, "user:default/ada": true, "guests": true, "everyone": true,
		"": false, "security": false, "audience:": false, "component:till": false, "group:": false,
	} {
		s, err := access.ParseSubject(text)
		if (err == nil) != ok {
			t.Errorf("subject %q: %v", text, err)
		}
		if again, err := access.ParseSubject(s.String()); ok && (err != nil || again != s) {
			t.Errorf("subject %q is written %q", text, s)
		}
	}
	for text, ok := range map[string]bool{
		"dm": true, "chat:T1": true, "chat": true, "chat:T1/C1": true, "chat:T1/#inc-*": true,
		"": false, "chat:": false, "chat:T1/": false, "chat:T1/#": false, ":T1": false, "#general": false, "chat:T1/#[": false,
	} {
		if _, err := access.ParseWhere(text); (err == nil) != ok {
			t.Errorf("place %q: %v", text, err)
		}
	}
	for text, ok := range map[string]bool{"go-*": true, "template:default/*": true, "": false, "a/[": false} {
		if _, err := access.ParsePattern(text, "template"); (err == nil) != ok {
			t.Errorf("pattern %q: %v", text, err)
		}
	}
}
