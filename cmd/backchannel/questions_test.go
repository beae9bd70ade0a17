package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/web"
)

// questionFiles are the question files with the least share of fully right answers and the largest of confidently
// wrong ones: an answer about the wrong thing is worse than none. The figures only rise and fall respectively.
var questionFiles = []struct {
	name, config, file string
	full, confident    float64
}{
	{"demo", "testdata/demo/backchannel.yaml", "testdata/demo-questions.jsonl", 0.99, 0.0025},
	{"hospitals", "testdata/company2/backchannel.yaml", "testdata/company2/questions.jsonl", 0.97, 0.006},
	{"media", "testdata/company3/backchannel.yaml", "testdata/company3/questions.jsonl", 0.88, 0.015},
	{"railway", "testdata/company4/backchannel.yaml", "testdata/company4/questions.jsonl", 0.87, 0.04},
	{"bank", "testdata/company5/backchannel.yaml", "testdata/company5/questions.jsonl", 0.93, 0.025},
	{"utility", "testdata/company7/backchannel.yaml", "testdata/company7/questions.jsonl", 0.89, 0.01},
	{"airport", "testdata/company6/backchannel.yaml", "testdata/company6/questions.jsonl", 0.95, 0.012},
	{"games", "testdata/company8/backchannel.yaml", "testdata/company8/questions.jsonl", 0.98, 0},
	{"cars", "testdata/company9/backchannel.yaml", "testdata/company9/questions.jsonl", 0.96, 0},
	{"cars again", "testdata/company9/backchannel.yaml", "testdata/company9/more.jsonl", 0.90, 0},
	{"farms", "testdata/company10/backchannel.yaml", "testdata/company10/questions.jsonl", 0.96, 0},
	{"phones", "testdata/company11/backchannel.yaml", "testdata/company11/questions.jsonl", 0.92, 0},
	{"phones again", "testdata/company11/backchannel.yaml", "testdata/company11/more.jsonl", 0.97, 0},
	{"mountains", "testdata/company12/backchannel.yaml", "testdata/company12/questions.jsonl", 0.91, 0.01},
	{"books", "testdata/company13/backchannel.yaml", "testdata/company13/questions.jsonl", 0.85, 0},
	{"insurance", "testdata/company14/backchannel.yaml", "testdata/company14/questions.jsonl", 0.95, 0},
	{"insurance again", "testdata/company14/backchannel.yaml", "testdata/company14/more.jsonl", 0.86, 0},
	{"tea shops", "testdata/company15/backchannel.yaml", "testdata/company15/questions.jsonl", 0.92, 0},
	{"tea shops again", "testdata/company15/backchannel.yaml", "testdata/company15/more.jsonl", 0.93, 0.034},
	{"ports", "testdata/company16/backchannel.yaml", "testdata/company16/questions.jsonl", 0.94, 0},
	{"ports again", "testdata/company16/backchannel.yaml", "testdata/company16/more.jsonl", 0.96, 0},
	{"online school", "testdata/company17/backchannel.yaml", "testdata/company17/questions.jsonl", 0.97, 0.008},
	{"online school again", "testdata/company17/backchannel.yaml", "testdata/company17/more.jsonl", 0.95, 0},
	{"hotels", "testdata/company18/backchannel.yaml", "testdata/company18/questions.jsonl", 0.96, 0},
	{"hotels again", "testdata/company18/backchannel.yaml", "testdata/company18/more.jsonl", 0.86, 0.023},
	{"parcels", "testdata/company19/backchannel.yaml", "testdata/company19/questions.jsonl", 0.94, 0},
	{"parcels again", "testdata/company19/backchannel.yaml", "testdata/company19/more.jsonl", 0.91, 0},
	{"satellites", "testdata/company20/backchannel.yaml", "testdata/company20/questions.jsonl", 0.90, 0.013},
	{"satellites again", "testdata/company20/backchannel.yaml", "testdata/company20/more.jsonl", 0.88, 0},
	{"cinemas", "testdata/company21/backchannel.yaml", "testdata/company21/questions.jsonl", 0.92, 0.007},
	{"cinemas again", "testdata/company21/backchannel.yaml", "testdata/company21/more.jsonl", 0.84, 0},
	{"office suite", "testdata/company22/backchannel.yaml", "testdata/company22/questions.jsonl", 0.95, 0},
	{"city council", "testdata/company23/backchannel.yaml", "testdata/company23/questions.jsonl", 0.93, 0.007},
}

// questionsNow is the instant at which the questions are asked: on-call answers depend on it.
const questionsNow = "2026-11-23T10:00:00Z"

// maxListedErrors is how many questions that were not answered right are printed.
const maxListedErrors = 60

// TestQuestions asks every question as "ask --batch" does and scores the answers.
func TestQuestions(t *testing.T) {
	for _, f := range questionFiles {
		t.Run(f.name, func(t *testing.T) {
			data, err := os.ReadFile(f.file)
			if err != nil {
				t.Fatal(err)
			}
			s := newScore(readQuestions(t, data), askAll(t, f.config, data))
			t.Log(s)
			if got := s.share(s.total); got < f.full {
				t.Errorf("%.1f%% fully right, want at least %.1f%%", 100*got, 100*f.full)
			}
			if got := float64(len(s.confident)) / float64(s.questions); got > f.confident {
				t.Errorf("%.1f%% confidently wrong, want at most %.1f%%: %s", 100*got, 100*f.confident, strings.Join(s.confident, " "))
			}
		})
	}
}

func readQuestions(t *testing.T, data []byte) []question {
	t.Helper()
	var out []question
	for line := range bytes.Lines(data) {
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			t.Fatalf("line %d: %v", len(out)+1, err)
		}
		out = append(out, q)
	}
	return out
}

// askAll runs the program's batch in process and returns the answers by id.
func askAll(t *testing.T, config string, questions []byte) map[string]*web.Result {
	t.Helper()
	var out, errs bytes.Buffer
	args := []string{"ask", "--config", config, "--now", questionsNow, "--batch"}
	if code := run(context.Background(), args, streams{bytes.NewReader(questions), &out, &errs}); code != exitDone {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	answers := map[string]*web.Result{}
	for line := range bytes.Lines(out.Bytes()) {
		var r web.Result
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		answers[r.ID] = &r
	}
	return answers
}

// score counts what was right, by groups of questions.
type score struct {
	questions int
	total     [2]int            // fully right, of
	groups    map[string][2]int // "lang zh", "intent owner", "outcome choose", "tag typo"
	confident []string          // ids of confidently wrong answers
	errors    []string
}

func newScore(qs []question, answers map[string]*web.Result) *score {
	s := &score{questions: len(qs), groups: map[string][2]int{}}
	for i := range qs {
		q := &qs[i]
		r := answers[q.ID]
		if r == nil {
			r = &web.Result{}
		}
		v := judge(q, r)
		count := func(c [2]int) [2]int {
			if v.full() {
				c[0]++
			}
			c[1]++
			return c
		}
		s.total = count(s.total)
		keys := []string{"lang " + q.Lang, "intent " + q.Intent, "outcome " + q.Outcome}
		for _, tag := range q.Tags {
			keys = append(keys, "tag "+tag)
		}
		for _, k := range keys {
			s.groups[k] = count(s.groups[k])
		}
		if v.confident {
			s.confident = append(s.confident, q.ID)
		}
		if !v.full() {
			s.errors = append(s.errors, fmt.Sprintf("%s %q wrong: %s\n   want %s %s %v %q\n   got  %s %s %v %.160q",
				q.ID, q.Text, v.wrong(), q.Intent, q.Outcome, q.Entities, q.Facts, r.Intent, r.Outcome, r.Entities, r.Text))
		}
	}
	return s
}

func (s *score) share(c [2]int) float64 { return float64(c[0]) / float64(max(1, c[1])) }

// String is the table of scores with what was wrong.
func (s *score) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d questions, fully right %d (%.1f%%), confidently wrong %d\n", s.questions, s.total[0], 100*s.share(s.total), len(s.confident))
	for _, k := range slices.Sorted(maps.Keys(s.groups)) {
		fmt.Fprintf(&b, "   %-24s %5.1f%%  %d/%d\n", k, 100*s.share(s.groups[k]), s.groups[k][0], s.groups[k][1])
	}
	b.WriteString(strings.Join(s.errors[:min(len(s.errors), maxListedErrors)], "\n"))
	return b.String()
}

// TestJudge pins what counts as right: the same as of the scorer that comes with the sample questions.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		text, fact string
		want       bool
	}{
		{"owned by Cart Crew", "cart-crew || Cart Crew", true},
		{"see cart-cleaner", "cart", false},
		{"see the cart.", "cart", true},
		{"uses old_cart", "cart", false},
		{"Go 1.22", "1.2", false},
		{"Go 1.2.5", "1.2", false},
		{"Go 1.2, Java 21", "1.2", true},
		{"1-1.2", "1.2", false},
		{"https://a.example/b", "https://a.example", false},
		{"https://a.example.", "https://a.example", true},
		{"Ágnes TÓTH", "agnes toth", true},
		{"ＣＡＲＴ", "cart", true},
		{"由王伟负责", "王伟", true},
	} {
		if got := hasFact(foldText(c.text), c.fact); got != c.want {
			t.Errorf("hasFact(%q, %q) = %v", c.text, c.fact, got)
		}
	}
	q := &question{Intent: "owner", expected: expected{Outcome: "choose", Entities: []string{"component:a", "component:default/b"}}}
	for _, c := range []struct {
		r    web.Result
		full bool
	}{
		{web.Result{Intent: "owner", Outcome: "choose", Entities: []string{"component:default/a", "component:default/b", "api:default/c"}}, true},
		{web.Result{Intent: "owner", Outcome: "choose", Entities: []string{"component:default/a"}}, false},
		{web.Result{Intent: "show", Outcome: "choose", Entities: []string{"component:default/a", "component:default/b"}}, false},
	} {
		if v := judge(q, &c.r); v.full() != c.full || v.confident {
			t.Errorf("judge(%v) = %+v", c.r, v)
		}
	}
	if v := judge(q, &web.Result{Intent: "owner", Outcome: "answer", Entities: []string{"component:default/a"}}); !v.confident {
		t.Error("an answer about one of two is not confidently wrong")
	}
}
