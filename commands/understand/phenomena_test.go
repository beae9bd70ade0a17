package understand_test

import (
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// hiding is a view without one entity.
type hiding struct {
	search.View
	ref catalog.Ref
}

func (h hiding) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	if ref == h.ref {
		return nil, false
	}
	return h.View.Entity(ref)
}

func TestTechnologies(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view, Terms: []understand.Term{
		{Class: "tech", Text: "Spring Boot", Aliases: []string{"springboot"}, Value: "spring-boot"},
		{Class: "tech", Text: "PostgreSQL driver", Aliases: []string{"postgres"}, Value: "postgresql-driver"},
		{Class: "radar", Text: "PostgreSQL", Aliases: []string{"postgres"}, Value: "postgres"},
	}})
	tests := []struct{ text, id, rng string }{
		{"any spring boot 2.x left", "spring-boot", "2.x"},
		{"who is below springboot 3", "spring-boot", "<3"},
		{"spring boot versions", "spring-boot", ""},
		{"spring boot 3 以上的服务有哪些", "spring-boot", ">=3"},
		{"低于 spring boot 3.2 的有哪些", "spring-boot", "<3.2"},
		{"node 16 leftovers", "node", "=16"},
		{"python 3.8 or older, who?", "python", "<=3.8"},
		{"who has not moved to react 18 yet", "react", "<18"},
		{"may we use postgres", "postgres", ""},
		{"which versions of postgres are in use", "postgresql-driver", ""},
		{"any elixir in the company? what version", "elixir", ""},
	}
	for _, tt := range tests {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if len(r.Tech) != 1 || r.Tech[0].ID != tt.id || r.Tech[0].Range != tt.rng {
			t.Errorf("%q: got %v, want %s %s", tt.text, r.Tech, tt.id, tt.rng)
		}
		if len(r.Entities) > 0 {
			t.Errorf("%q: is about %v", tt.text, r.Entities)
		}
	}
}

// TestOwnLanguage checks what a company adds: phrases, synonyms and aliases.
func TestOwnLanguage(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view,
		Phrases: []understand.Phrase{{Lang: lang.English, Pattern: "whodunnit", Intent: understand.Owner}, {Pattern: "((broken", Intent: understand.Owner}},
		Terms: []understand.Term{
			{Class: "alias", Text: "the beast", Value: "component:default/booking-core"},
			{Class: "synonym", Text: "zorb", Aliases: []string{"suitcase"}},
		},
	})
	tests := []struct {
		text   string
		intent understand.Intent
		ref    string
	}{
		{"whodunnit booking-core", understand.Owner, "component:booking-core"},
		{"who owns the beast", understand.Owner, "component:booking-core"},
		{"which service tracks the zorb", understand.Search, "component:bag-tracker"},
	}
	for _, tt := range tests {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if r.Intent != tt.intent || !slices.Contains(r.Entities, searchtest.Ref(tt.ref)) {
			t.Errorf("%q: got %s %v; %v", tt.text, r.Intent, r.Entities, r.Why)
		}
	}
}

func TestTraits(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view})
	tests := []struct{ text, trait string }{
		{"who leads platform core", "lead"},
		{"where is the repo of metrics-loft", "repo"},
		{"what replaced booking-core-old", "successor"},
		{"who is the secondary on call for bag-tracker", "secondary"},
		{"who is next on call for bag-tracker", "next"},
		{"who owns booking-core", ""},
	}
	for _, tt := range tests {
		if r := u.Understand(view, understand.Question{Text: tt.text}); r.Trait != tt.trait {
			t.Errorf("%q: trait %q, want %q", tt.text, r.Trait, tt.trait)
		}
	}
}

// TestBound checks the entity that a channel is bound to, and turns whose meaning the caller knows already.
func TestBound(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view})
	bag, gate := searchtest.Ref("component:bag-tracker"), searchtest.Ref("component:gate-planner")
	r := u.Understand(view, understand.Question{Text: "who is on call?", Bound: bag, Channel: "#random"})
	if !slices.Equal(r.Entities, []catalog.Ref{bag}) {
		t.Errorf("bound: %v", r.Entities)
	}
	r = u.Understand(view, understand.Question{Text: "and who is on call?", Thread: []understand.Turn{
		{Text: "who owns it", Intent: understand.Owner, Entities: []catalog.Ref{gate}}, {FromBot: true, Text: "Ground Operations.", Entities: []catalog.Ref{gate}}}})
	if r.Intent != understand.OnCall || !slices.Equal(r.Entities, []catalog.Ref{gate}) {
		t.Errorf("thread: %s %v", r.Intent, r.Entities)
	}
	r = u.Understand(view, understand.Question{Text: "2", Thread: []understand.Turn{
		{Text: "gate?", Intent: understand.Owner}, {FromBot: true, Text: "Which?", Candidates: []catalog.Ref{bag, gate}}}})
	if r.Intent != understand.Owner || !slices.Equal(r.Entities, []catalog.Ref{gate}) {
		t.Errorf("pick: %s %v", r.Intent, r.Entities)
	}
}

// TestNamesInConversations: what can only be a name is not what was said before, whatever its words mean; words that say
// which of those on call is wanted are no name.
func TestNamesInConversations(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view})
	gate := searchtest.Ref("component:gate-planner")
	said := []understand.Turn{{Text: "who owns it", Intent: understand.Owner, Entities: []catalog.Ref{gate}}, {FromBot: true, Text: "Ground Operations.", Entities: []catalog.Ref{gate}}}
	for text, unknown := range map[string]string{
		"who owns coupon-clock": "coupon-clock", "who owns the coupon clock?": "coupon clock", "who owns service-clock": "service-clock",
		"who owns it these days": "", "who is on-call": "", "who is the second line on call": "", "那二线呢": "",
	} {
		r := u.Understand(view, understand.Question{Text: text, Thread: said})
		switch {
		case unknown == "" && !slices.Equal(r.Entities, []catalog.Ref{gate}):
			t.Errorf("%q: %s %v, unknown %q", text, r.Intent, r.Entities, r.Unknown)
		case unknown != "" && (len(r.Entities) > 0 || !slices.Equal(r.Unknown, []string{unknown})):
			t.Errorf("%q: %v, unknown %q", text, r.Entities, r.Unknown)
		}
	}
}

// TestWholeReferences: a whole reference is what it says, also where its name is an everyday word.
func TestWholeReferences(t *testing.T) {
	shop := searchtest.Entity("component:shop")
	view := search.NewReader(catalog.Changes{Generation: 1, Upserts: []*catalog.Entity{shop}}, nil, search.Options{}).For(catalog.Viewer{})
	u := understand.New(understand.Vocabulary{Catalog: view})
	for _, text := range []string{"who owns component:default/shop", "is `component:default/shop` deprecated?", "component:default/shop", "docs of component:default/shop", "谁负责 component:default/shop？"} {
		if r := u.Understand(view, understand.Question{Text: text}); !slices.Equal(r.Entities, []catalog.Ref{shop.Ref}) {
			t.Errorf("%q: %s %v, unknown %q", text, r.Intent, r.Entities, r.Unknown)
		}
	}
}

// TestSecondLineOfTheSame: who else is on call is asked of what was asked about before.
func TestSecondLineOfTheSame(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view})
	gate := searchtest.Ref("component:gate-planner")
	said := []understand.Turn{{Text: "who is on call for it", Intent: understand.OnCall, Entities: []catalog.Ref{gate}}, {FromBot: true, Text: "Ann.", Entities: []catalog.Ref{gate}}}
	for _, text := range []string{"and second line?", "second line?", "那二线呢"} {
		r := u.Understand(view, understand.Question{Text: text, Thread: said})
		if r.Intent != understand.OnCall || r.Trait != "secondary" || !slices.Equal(r.Entities, []catalog.Ref{gate}) {
			t.Errorf("%q: %s %q %v", text, r.Intent, r.Trait, r.Entities)
		}
	}
}

func TestEmptyCatalog(t *testing.T) {
	view := search.NewReader(catalog.Changes{Generation: 1}, nil, search.Options{}).For(catalog.Viewer{})
	u := understand.New(understand.Vocabulary{})
	for text, want := range map[string]understand.Intent{"who owns x-y": understand.Owner, "hi": understand.Smalltalk, "help": understand.Help, "": understand.None} {
		if r := u.Understand(view, understand.Question{Text: text}); r.Intent != want || len(r.Entities) > 0 {
			t.Errorf("%q: %s %v", text, r.Intent, r.Entities)
		}
	}
}

// TestNamesNobodyHas: what is written as one name describes nothing that has too little of it in its own name.
func TestNamesNobodyHas(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view})
	for text, unknown := range map[string]string{"suitcase-hours": "suitcase-hours", "who owns suitcase-hours?": "suitcase-hours", "docs of fare-pages": "fare-pages"} {
		if r := u.Understand(view, understand.Question{Text: text}); len(r.Entities) > 0 || !slices.Equal(r.Unknown, []string{unknown}) {
			t.Errorf("%q: %s %v, unknown %q; %v", text, r.Intent, r.Entities, r.Unknown, r.Why)
		}
	}
	for text, ref := range map[string]string{"who owns the bag-tracking": "component:bag-tracker", "who owns suitcase tracking": "component:bag-tracker"} {
		if r := u.Understand(view, understand.Question{Text: text}); !slices.Equal(r.Entities, []catalog.Ref{searchtest.Ref(ref)}) {
			t.Errorf("%q: %s %v; %v", text, r.Intent, r.Entities, r.Why)
		}
	}
}
