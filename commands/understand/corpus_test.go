//go:build corpus

package understand_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest/file"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// gold is a question of the shared question file, as far as a reading can be judged by itself.
type gold struct {
	ID, Lang, Text, Channel, Intent, Outcome string
	Thread                                   []struct{ From, Text string }
	Entities                                 []string
	Accept                                   []struct {
		Outcome  string
		Entities []string
	}
	IntentAny  []string `json:"intent_any"`
	OutcomeAny []string `json:"outcome_any"`
	Tags       []string
	Tech       []string
	Range      string
	Page       string
}

// TestQuestionFile scores readings alone: outcomes that need more than the catalog (no schedule, no docs) count as
// right when the entity is right.
func TestQuestionFile(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Fatal("SHARED is not set")
	}
	view := company(t, filepath.Join(shared, "qa"))
	began := time.Now()
	u := understand.New(understand.Vocabulary{Terms: terms(t, filepath.Join(shared, "qa")), Catalog: view})
	t.Logf("index built in %v", time.Since(began))
	questions := os.Getenv("QUESTIONS")
	if questions == "" {
		questions = filepath.Join(shared, "qa", "dev.jsonl")
	}
	score(t, u, view, questions)
}

func score(t *testing.T, u *understand.Understander, view search.View, name string) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	full, all, wrong, intents := map[string]int{}, map[string]int{}, 0, 0
	began := time.Now()
	var slowest time.Duration
	for in := bufio.NewScanner(f); in.Scan(); {
		var g gold
		if err := json.Unmarshal(in.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		q := understand.Question{Text: g.Text, Channel: g.Channel}
		for _, turn := range g.Thread {
			q.Thread = append(q.Thread, understand.Turn{FromBot: turn.From == "bot", Text: turn.Text})
		}
		one := time.Now()
		r := u.Understand(view, q)
		slowest = max(slowest, time.Since(one))
		ok, confident, intentOK := judge(g, r)
		if intentOK {
			intents++
		}
		for _, k := range append([]string{"all", "lang:" + g.Lang, "intent:" + g.Intent, "outcome:" + g.Outcome}, tagged(g.Tags)...) {
			all[k]++
			if ok {
				full[k]++
			}
		}
		if confident {
			wrong++
		}
		if !ok {
			mark := "  "
			if confident {
				mark = "!!"
			}
			why := ""
			if os.Getenv("WHY") != "" {
				why = "\n        " + strings.Join(r.Why, "\n        ")
			}
			t.Logf("%s %s %q\n     want %s %s %v %v %s %s\n     got  %s %v choose %v unknown %v tech %v docs %s%s", mark, g.ID, g.Text, g.Intent, g.Outcome, g.Entities, g.Tech, g.Range, g.Page,
				r.Intent, r.Entities, r.Candidates, r.Unknown, r.Tech, page(r), why)
		}
	}
	keys := make([]string, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		t.Logf("%-24s %5.1f%%  %d/%d", k, 100*float64(full[k])/float64(all[k]), full[k], all[k])
	}
	share := float64(full["all"]) / float64(all["all"])
	t.Logf("fully right %.1f%%, intent %.1f%%, confidently wrong %d of %d, %v for all, slowest %v", 100*share, 100*float64(intents)/float64(all["all"]), wrong, all["all"], time.Since(began), slowest)
	if share < 0.85 {
		t.Errorf("only %.3f of the readings are right", share)
	}
	if float64(wrong) > 0.03*float64(all["all"]) {
		t.Errorf("%d readings are confidently wrong", wrong)
	}
}

func page(r understand.Reading) string {
	if len(r.Docs) == 0 {
		return ""
	}
	return fmt.Sprintf("%s/%s %.2f", r.Docs[0].Doc.Entity, r.Docs[0].Doc.Page, r.Docs[0].Score)
}

func tagged(tags []string) []string {
	var out []string
	for _, s := range tags {
		out = append(out, "tag:"+s)
	}
	return out
}

// judge compares a reading with the gold: fully right, confidently wrong, and the intent alone.
func judge(g gold, r understand.Reading) (ok, confident, intent bool) {
	want := g.IntentAny
	if len(want) == 0 {
		want = []string{g.Intent}
	}
	intent = slices.Contains(want, string(r.Intent))
	cases := []struct {
		Outcome  string
		Entities []string
	}{{g.Outcome, g.Entities}}
	for _, a := range g.Accept {
		cases = append(cases, struct {
			Outcome  string
			Entities []string
		}{a.Outcome, a.Entities})
	}
	got := refs(r.Entities)
	known := false
	for _, c := range cases {
		set := slices.Clone(c.Entities)
		slices.Sort(set)
		same := slices.Equal(set, got)
		switch {
		case c.Outcome == "choose":
			offered := refs(r.Candidates)
			if len(got) == 0 && len(offered) <= len(set)+4 && !slices.ContainsFunc(set, func(s string) bool { return !slices.Contains(offered, s) }) {
				ok = true
			}
		case g.Intent == "radar" || g.Intent == "smalltalk" || g.Intent == "help" || g.Intent == "none":
			ok, known = true, true
		case (g.Intent == "version" || g.Intent == "scaffold") && len(set) == 0:
			ok, known = ok || len(r.Candidates) == 0 && len(got) == 0, true
		case same && len(r.Candidates) == 0:
			ok, known = true, true
		}
	}
	if ok && len(g.Tech) > 0 && g.Outcome == "answer" && (len(r.Tech) == 0 || r.Tech[0].ID != g.Tech[0] || r.Tech[0].Range != g.Range) {
		ok = false
	}
	if ok && g.Page != "" && g.Page != "index.md" && (len(r.Docs) == 0 || r.Docs[0].Doc.Page+".md" != g.Page) {
		ok = false
	}
	return ok && intent, len(got) > 0 && !known && r.Intent != understand.None, intent
}

func refs(l []catalog.Ref) []string {
	out := []string{}
	for _, r := range l {
		out = append(out, r.String())
	}
	slices.Sort(out)
	return out
}

// company loads a catalog and its documentation through the real packages.
func company(t *testing.T, dir string) search.View {
	t.Helper()
	ctx := context.Background()
	trees, err := scm.New([]scm.Mirror{{URL: "https://github.com/harborlane/", Dir: "repos"}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	src, err := file.New(file.Options{Target: "catalog/all.yaml", Base: dir, Trees: trees})
	if err != nil {
		t.Fatal(err)
	}
	delta, err := src.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	mem := store.NewMemory(time.Now)
	if _, err := mem.Apply(ctx, delta); err != nil {
		t.Fatal(err)
	}
	changes, err := mem.Changes(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	var sections []search.Doc
	if err := docs.NewLibrary(trees, time.Now).Load(ctx, changes.Upserts, func(_ catalog.Ref, d []search.Doc) { sections = append(sections, d...) }); err != nil {
		t.Fatal(err)
	}
	r := search.NewReader(changes, sections, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	t.Logf("%d entities, %d sections", len(changes.Upserts), len(sections))
	return r.For(catalog.Viewer{})
}

func terms(t *testing.T, dir string) []understand.Term {
	t.Helper()
	var out []understand.Term
	for _, x := range inventory.Technologies() {
		out = append(out, understand.Term{Class: "tech", Text: x.Name, Aliases: x.Aliases, Value: x.ID})
	}
	data, err := os.ReadFile(filepath.Join(dir, "techradar.json"))
	if err != nil {
		t.Fatal(err)
	}
	var radar struct{ Entries []struct{ ID, Title string } }
	if err := json.Unmarshal(data, &radar); err != nil {
		t.Fatal(err)
	}
	for _, e := range radar.Entries {
		out = append(out, understand.Term{Class: "radar", Text: e.Title, Value: e.ID})
	}
	return out
}
