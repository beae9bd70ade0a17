package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// Question is a question in the JSON form of POST /api/ask and of a batch (CONTRACTS section 2).
type Question struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Thread  []Turn `json:"thread,omitempty"`
	Channel string `json:"channel,omitempty"`
}

// Turn is an earlier message of the conversation.
type Turn struct {
	From string `json:"from"` // user or bot
	Text string `json:"text"`
}

// Check reports what is wrong with a turn.
func (t Turn) Check() error {
	if t.From != "user" && t.From != "bot" {
		return fmt.Errorf(`"from" is "user" or "bot", found %q`, t.From)
	}
	return nil
}

// Result is an answer in the JSON form.
type Result struct {
	ID       string   `json:"id"`
	Intent   string   `json:"intent"`
	Outcome  string   `json:"outcome"`
	Entities []string `json:"entities"`
	Text     string   `json:"text"`
}

// NewResult returns the answer to the question with the given id. Offered candidates count as entities.
func NewResult(id string, a bot.Answer, m card.Message) Result {
	r := Result{ID: id, Intent: a.Intent, Outcome: string(a.Outcome), Entities: a.Entities, Text: card.Plain(m)}
	if a.Outcome == bot.Choose {
		r.Entities = a.Candidates
	}
	if r.Entities == nil {
		r.Entities = []string{}
	}
	return r
}

// ParseQuestion reads one question. Fields it does not know are ignored, so that files which carry more than the
// question can be asked as they are. With an error the returned question has the ID where that could be read.
func ParseQuestion(data []byte) (Question, error) {
	var raw struct {
		ID      *string `json:"id"`
		Text    *string `json:"text"`
		Thread  []Turn  `json:"thread"`
		Channel string  `json:"channel"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&raw)
	var q Question
	if raw.ID != nil {
		q.ID = *raw.ID
	}
	switch {
	case errors.Is(err, io.EOF):
		return q, errors.New("expected a JSON object, found nothing")
	case err != nil:
		return q, fmt.Errorf("not a question: %s", wrong(err))
	case dec.More():
		return q, errors.New("more than one JSON value")
	case raw.Text == nil:
		return q, errors.New(`"text" is missing`)
	}
	for i, t := range raw.Thread {
		if err := t.Check(); err != nil {
			return q, fmt.Errorf("thread[%d]: %w", i, err)
		}
	}
	q.Text, q.Thread, q.Channel = *raw.Text, raw.Thread, raw.Channel
	return q, nil
}

// wrong says what is wrong with JSON in terms of the JSON, not of our types.
func wrong(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if e.Field == "" {
			return fmt.Sprintf("expected a JSON object, found %s", e.Value)
		}
		return fmt.Sprintf("%q cannot be %s", e.Field, e.Value)
	}
	return err.Error()
}
