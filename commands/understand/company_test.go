package understand_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// pages is the documentation of the test company.
func pages() []search.Doc {
	return []search.Doc{
		{Entity: searchtest.Ref("component:booking-core"), Title: "Booking Core", Text: "What it is and where it runs.", Lang: "en"},
		{Entity: searchtest.Ref("component:booking-core"), Page: "cancel", Title: "Cancelling by hand", Text: "When a traveller calls, an agent can cancel the reservation in three steps.", Lang: "en"},
		{Entity: searchtest.Ref("component:key-keeper"), Page: "request", Title: "Ask for a secret", Text: "Open a request and name the service that needs the new key.", Lang: "en"},
		{Entity: searchtest.Ref("component:deploy-train"), Page: "rollback", Title: "Rolling back", Text: "Press back to undo a bad release.", Lang: "en"},
	}
}

// lines reads a file of testdata without comments.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(data), "\n"), func(s string) bool { return strings.TrimSpace(s) == "" || strings.HasPrefix(s, "#") })
}

// voyagers loads the test company.
func voyagers(t testing.TB) search.View {
	t.Helper()
	var entities []*catalog.Entity
	for _, line := range lines(t, "company.txt") {
		f := strings.Split(line, "|")
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		f = append(f, "", "", "", "", "")
		opts := []searchtest.Option{searchtest.Title(f[1]), searchtest.About(f[2])}
		if spec := strings.Fields(f[3]); len(spec) > 1 {
			opts = append(opts, searchtest.Type(spec[0]), searchtest.Lifecycle(spec[1]))
			if len(spec) > 2 {
				opts = append(opts, searchtest.Owner(spec[2]))
			}
		}
		if strings.HasPrefix(f[0], "user:") {
			opts = []searchtest.Option{searchtest.Person(f[1], "")}
		}
		e := searchtest.Entity(f[0], append(opts, searchtest.Tags(strings.Fields(f[4])...))...)
		if f[5] != "" {
			e.Links = []catalog.Link{{URL: f[5]}}
		}
		entities = append(entities, e)
	}
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: entities}, pages(), search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	return r.For(catalog.Viewer{})
}

// want is one line of testdata/questions.txt.
type want struct {
	intent   understand.Intent
	outcome  string
	entities []string
	question understand.Question
}

func wants(t testing.TB) []want {
	t.Helper()
	var out []want
	for _, line := range lines(t, "questions.txt") {
		head, text, ok := strings.Cut(line, " :: ")
		if !ok {
			t.Fatalf("bad line %q", line)
		}
		f := strings.Fields(head)
		w := want{intent: understand.Intent(f[0]), outcome: f[1]}
		if len(f) > 2 {
			for _, s := range strings.Split(f[2], ",") {
				w.entities = append(w.entities, searchtest.Ref(s).String())
			}
		}
		text, thread, _ := strings.Cut(text, " || ")
		w.question.Text, w.question.Channel, _ = strings.Cut(text, " @@ ")
		for _, turn := range strings.Split(thread, " | ") {
			if from, said, ok := strings.Cut(turn, ": "); ok {
				w.question.Thread = append(w.question.Thread, understand.Turn{FromBot: from == "bot", Text: said})
			}
		}
		out = append(out, w)
	}
	return out
}

func (w want) right(r understand.Reading) bool {
	got, offered := names(r.Entities), names(r.Candidates)
	ask := slices.Clone(w.entities)
	slices.Sort(ask)
	switch w.outcome {
	case "=":
		// "a,b" of an api question: either will do
		if w.intent == understand.API && len(ask) == 2 && len(got) == 1 && slices.Contains(ask, got[0]) {
			return r.Intent == w.intent
		}
		return r.Intent == w.intent && slices.Equal(got, ask)
	case "?":
		return r.Intent == w.intent && len(got) == 0 && !slices.ContainsFunc(ask, func(s string) bool { return !slices.Contains(offered, s) })
	case "-":
		return r.Intent == w.intent && len(got) == 0 && len(offered) == 0
	}
	return r.Intent == w.intent && len(got) == 0
}

func names(refs []catalog.Ref) []string {
	var out []string
	for _, r := range refs {
		out = append(out, r.String())
	}
	slices.Sort(out)
	return out
}

// TestCompany asks the pinned questions about a small company and keeps the score from falling.
func TestCompany(t *testing.T) {
	const least = 0.90
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view})
	all, right, wrong := 0, 0, 0
	for _, w := range wants(t) {
		r := u.Understand(view, w.question)
		all++
		if w.right(r) {
			right++
			continue
		}
		if len(r.Entities) > 0 && !slices.Equal(names(r.Entities), w.entities) {
			wrong++
		}
		t.Logf("%q: got %s %v choose %v unknown %v, want %s %s %v", w.question.Text, r.Intent, r.Entities, r.Candidates, r.Unknown, w.intent, w.outcome, w.entities)
		if testing.Verbose() {
			t.Logf("   %s", strings.Join(r.Why, "; "))
		}
	}
	t.Logf("%d of %d readings right (%.1f%%), %d confidently wrong", right, all, 100*float64(right)/float64(all), wrong)
	if float64(right) < least*float64(all) {
		t.Errorf("only %d of %d readings are right", right, all)
	}
}
