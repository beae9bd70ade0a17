package plugins

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// thing is a plugin that adds whatever a test wishes.
type thing struct {
	about      About
	views      []View
	operations []Operation
	topics     []Topic
	checks     []Check
	actions    []Action
	wrong      error
	boom       bool
}

func (p *thing) About() About {
	if p.boom {
		panic("no")
	}
	return p.about
}
func (p *thing) Validate() error         { return p.wrong }
func (p *thing) Views() []View           { return p.views }
func (p *thing) Operations() []Operation { return p.operations }
func (p *thing) Topics() []Topic         { return p.topics }
func (p *thing) Checks() []Check         { return p.checks }
func (p *thing) Actions() []Action       { return p.actions }

func named(name string) *thing { return &thing{about: About{Name: name, Title: "T", API: API}} }

func nothingShown(context.Context, Query) (Card, error) { return Card{}, nil }

func english(s string) Text { return Text{lang.English: s} }

func TestEntriesHoldTogether(t *testing.T) {
	view := func(change func(*View)) *thing {
		v := View{Name: "v", Title: english("V"), Show: nothingShown}
		change(&v)
		p := named("good")
		p.views = []View{v}
		return p
	}
	check := func(c Check) *thing { p := named("good"); p.checks = []Check{c}; return p }
	run := func(context.Context) error { return nil }
	for want, p := range map[string]*thing{
		"":                                  named("good"),
		"cannot be the name of a plugin":    named("Good"),
		"a title has":                       {about: About{Name: "good", API: API}},
		"written for version 9":             {about: About{Name: "good", Title: "T", API: 9}},
		"written for version 0":             {about: About{Name: "good", Title: "T"}},
		"config: token is missing":          {about: About{Name: "good", Title: "T", API: API}, wrong: errors.New("config: token is missing")},
		"broke while it was asked":          {boom: true},
		"it shows nothing":                  view(func(v *View) { v.Show = nil }),
		"it needs a title in English":       view(func(v *View) { v.Title = Text{lang.Chinese: "只有中文"} }),
		"cannot be a sub-command":           view(func(v *View) { v.Command = "two words" }),
		"it may take 40s":                   view(func(v *View) { v.Timeout = time.Hour }),
		"a phrase has between":              view(func(v *View) { v.Phrases = []Phrase{{lang.English, ""}} }),
		"no entity to be a card of":         view(func(v *View) { v.Fleet, v.Card = true, true }),
		"cannot be the name of a view":      view(func(v *View) { v.Name = "" }),
		"needs something to run every 10s":  check(Check{Name: "c", Every: time.Second, Run: run}),
		"cannot be the name of a check":     check(Check{Name: "C!", Every: time.Minute, Run: run}),
		"there are two of the topic builds": {about: About{Name: "good", Title: "T", API: API}, topics: []Topic{{Name: "builds", Title: english("B")}, {Name: "builds", Title: english("B")}}},
		"needs a title in English and":      {about: About{Name: "good", Title: "T", API: API}, operations: []Operation{{Name: "o"}}},
		"needs the schema of its input":     {about: About{Name: "good", Title: "T", API: API}, actions: []Action{{ID: "a:b"}}},
	} {
		_, err := NewEntry(p)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestRegistry(t *testing.T) {
	entry := func(name string) *Entry {
		e, err := NewEntry(named(name))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	r := NewRegistry()
	if err := r.Add(named("a")); err != nil {
		t.Fatal(err)
	}
	if err := r.Add(named("a")); err == nil {
		t.Error("a name was given twice")
	}
	b, c := entry("b"), entry("c")
	at := r.Generation()
	if taken := r.Replace("files", []*Entry{b, entry("a"), c, entry("c")}); len(taken) != 2 {
		t.Errorf("taken %v, want a and the second c", taken)
	}
	if r.Generation() == at {
		t.Error("the generation did not grow")
	}
	at = r.Generation()
	r.Replace("files", []*Entry{b, c})
	if r.Generation() != at {
		t.Error("the generation grew although nothing changed")
	}
	if got := r.All(); len(got) != 3 || got[0].About.Name != "a" || got[2].About.Name != "c" {
		t.Errorf("%d plugins", len(got))
	}
	if r.Replace("files", []*Entry{c}); r.Get("b") != nil || r.Get("c") != c {
		t.Error("b is still there, or c is not")
	}
	if v, ok := r.Get("nobody").View("x"); ok {
		t.Errorf("a plugin that is not there has the view %v", v)
	}
	var none *Registry
	if none.All() != nil || none.Get("a") != nil || none.Generation() != 0 {
		t.Error("no registry has something")
	}
}
