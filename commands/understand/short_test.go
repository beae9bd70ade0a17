package understand_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// suite is a company that names things by plain words, and teams as it names services.
func suite(t *testing.T) (*understand.Understander, search.View) {
	t.Helper()
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{
		st.Entity("component:core", st.Title("Core"), st.About("Keeps members and roles"), st.Type("service"), st.Owner("group:core")),
		st.Entity("component:core-one", st.Title("Core One"), st.About("The first core"), st.Type("service"), st.Lifecycle("deprecated"), st.Owner("group:core")),
		st.Entity("component:mail", st.Title("Mail"), st.About("Letters in and out"), st.Type("service"), st.Owner("group:post")),
		st.Entity("component:door", st.Title("Door"), st.About("First stop of what comes from outside"), st.Type("service"), st.Owner("group:core")),
		st.Entity("component:keys", st.Title("Keys"), st.About("Where programs find what they may not tell"), st.Type("service"), st.Owner("group:core")),
		st.Entity("component:halls", st.Title("Hall Hire"), st.About("Renting a room"), st.Type("service"), st.Owner("group:post")),
		st.Entity("component:weddings", st.Title("Wedding Desk"), st.About("Dates to marry"), st.Type("service"), st.Owner("group:core")),
		st.Entity("resource:queue", st.Title("City Post"), st.About("RabbitMQ for all events"), st.Type("message-queue"), st.Owner("group:core")),
		st.Entity("group:core", st.Title("Core")),
		st.Entity("group:post", st.Title("Post Team")),
	}}, []search.Doc{
		{Entity: st.Ref("component:keys"), Page: "swap", Title: "A new password for a program", Text: "Press rotate; programs read the new one within a minute."},
		{Entity: st.Ref("component:door"), Page: "limit", Title: "Turned away with 429", Text: "A customer gets a hundred requests a second."},
		{Entity: st.Ref("component:mail"), Page: "quota", Title: "A mailbox has two doors", Text: "Ask one of them to leave."},
	}, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	return understand.New(understand.Vocabulary{Catalog: view}), view
}

// TestPlainWords: names that are everyday words, and what people leave out around them.
func TestPlainWords(t *testing.T) {
	u, view := suite(t)
	for _, tt := range []struct{ text, intent, about string }{
		{"core pager", "oncall", "component:default/core"}, // the team of that name has the same people on call
		{"who owns mail-prod", "owner", "component:default/mail"},
		{"who owns legacy-mail", "owner", ""}, // nothing is called so
		{"who owns the old mail", "owner", ""},
		{"who owns mail-night", "owner", ""},
		{"who owns the old core", "owner", "component:default/core-one"},
		{"429 from the door", "docs", "component:default/door"},
		{"mailbox has two doors", "docs", "component:default/mail"}, // asks nobody anything
		{"rotate program password", "docs", "component:default/keys"},
		{"what do i use instead of core-one", "lifecycle", "component:default/core-one"},
		{"who is in charge of rabbitmq", "owner", "resource:default/queue"},
		{"who has halls and weddings", "owner", "component:default/halls component:default/weddings"},
		{"mail is fine again", "none", ""},
	} {
		if in, about, _ := asked(u, view, tt.text); in != tt.intent || about != tt.about {
			t.Errorf("%q: %s of %q, want %s of %q", tt.text, in, about, tt.intent, tt.about)
		}
	}
	r := u.Understand(view, understand.Question{Text: "who owns legacy-mail"})
	if len(r.Near) == 0 || r.Near[0] != st.Ref("component:mail") || len(r.Unknown) != 1 || r.Unknown[0] != "legacy-mail" {
		t.Errorf("legacy-mail: unknown %v, near %v", r.Unknown, r.Near)
	}
	if r = u.Understand(view, understand.Question{Text: "how do I rotate the database password"}); r.Intent != understand.Docs || r.Trait == understand.TraitHow {
		t.Errorf("what a page tells: %s %q", r.Intent, r.Trait)
	}
	if r = u.Understand(view, understand.Question{Text: "how do I bake the birthday cake"}); r.Intent == understand.Docs && r.Trait != understand.TraitHow {
		t.Errorf("what no page tells: %s %q, unknown %v", r.Intent, r.Trait, r.Unknown)
	}
}

// TestOtherTongues: who asks in a language that nobody taught us is told so; a name settles the rest.
func TestOtherTongues(t *testing.T) {
	u, view := suite(t)
	for text, want := range map[string]bool{
		"¿quién es el dueño de core?":          true,
		"wer ist für mail zuständig":           true,
		"qui est responsable de la messagerie": true,
		"コアの担当は誰ですか":                           true,
		"кто отвечает за почту":                true,
		"who owns mail":                        false,
		"who is on call for the moon":          false,
		"core 归谁":                              false,
		"is core an el dorado":                 false,
		"was mail down":                        false,
	} {
		r := u.Understand(view, understand.Question{Text: text})
		if got := r.Trait == understand.TraitTongue; got != want || got && (r.Intent != understand.None || r.Lang != lang.English && r.Lang != lang.Chinese) {
			t.Errorf("%q: %s %q of %v", text, r.Intent, r.Trait, r.Entities)
		}
	}
}
