package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

func TestParseQuestion(t *testing.T) {
	q, err := ParseQuestion([]byte(`{"id": "q1", "text": "谁负责?", "thread": [{"from": "user", "text": "a"}, {"from": "bot", "text": "b"}], "channel": "#inc", "lang": "zh"}`))
	want := Question{ID: "q1", Text: "谁负责?", Thread: []Turn{{"user", "a"}, {"bot", "b"}}, Channel: "#inc"}
	if diff := cmp.Diff(want, q); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if _, err := ParseQuestion([]byte(`{"text": ""}`)); err != nil {
		t.Errorf("a question without id: %v", err)
	}
	for _, tt := range []struct{ in, id, want string }{
		{``, "", "found nothing"},
		{`nonsense`, "", "not a question"},
		{`[]`, "", "expected a JSON object, found array"},
		{`{"id": "a"}`, "a", `"text" is missing`},
		{`{"id": "a", "text": 5}`, "a", `"text" cannot be number`},
		{`{"id": "a", "text": "x"} {"id": "b"}`, "a", "more than one"},
		{`{"id": "a", "text": "x", "thread": [{"from": "god", "text": "x"}]}`, "a", `thread[0]: "from" is "user" or "bot"`},
		{`{"id": "a", "text": "x", "thread": "y"}`, "a", `"thread" cannot be string`},
	} {
		q, err := ParseQuestion([]byte(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) || q.ID != tt.id {
			t.Errorf("%s: id %q, %v; want %q in it", tt.in, q.ID, err, tt.want)
		}
	}
}

func TestNewResult(t *testing.T) {
	msg := card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("Which one?")}}}}
	r := NewResult("q1", bot.Answer{Intent: "owner", Outcome: bot.Choose, Candidates: []string{"a", "b"}}, msg)
	if !cmp.Equal(r.Entities, []string{"a", "b"}) || r.Text == "" {
		t.Errorf("got %+v", r)
	}
	if r := NewResult("", bot.Answer{Outcome: bot.Refused}, msg); r.Entities == nil {
		t.Error("entities should be an empty list, not null")
	}
}
