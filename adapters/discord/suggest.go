package discord

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// choice is what Discord offers while somebody types.
type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// choices is the data of answerChoices. The list is never nil: Discord refuses null.
type choices struct {
	Choices []choice `json:"choices"`
}

// maxChoices is how many suggestions Discord shows, maxChoice how long each may be.
const (
	maxChoices = 25
	maxChoice  = 100
)

// suggest answers while somebody types a command: names in the catalog that continue what is there. In a question
// only its last words are a name, so the words before stay as they are.
func (x *exchange) suggest() {
	_, text := x.in.focused()
	out := choices{Choices: []choice{}}
	all := heads(text)
	for i, head := range all {
		if out.Choices = x.matches(head, text[len(head):], i < len(all)-1); len(out.Choices) > 0 {
			break
		}
	}
	x.answer(answerChoices, out)
}

// heads are the parts of a text that may stand before the name that is typed, the likeliest first: nothing, or all
// words but the last two or the last.
func heads(text string) []string {
	out := []string{""}
	words := strings.LastIndexByte(text, ' ')
	if words < 0 {
		return out
	}
	if two := strings.LastIndexByte(text[:words], ' '); two >= 0 {
		out = append(out, text[:two+1])
	}
	return append(out, text[:words+1])
}

// matches asks the handler for names that match the query, and puts the words before it in front of each. Exactly
// leaves out those that do not hold the query as it is: what a search found by some of its words.
func (x *exchange) matches(head, query string, exactly bool) []choice {
	ev := x.ev
	ev.Input = bot.Asked{Path: []string{x.in.Data.Name}, What: card.FieldEntity, Query: strings.TrimSpace(query)}
	reply, ok := x.s.Handle(&ev, x.s.a.tune.suggest).(bot.Suggest)
	if !ok {
		return []choice{}
	}
	out := make([]choice, 0, maxChoices)
	for _, o := range reply.Options {
		name := o.Label
		if o.Hint != "" {
			name += " · " + o.Hint
		}
		value := head + o.Value
		if exactly && !strings.Contains(folded(name+" "+o.Value), folded(query)) {
			continue
		}
		if length(value) > maxChoice || o.Value == "" {
			continue // a cut name would be another one
		}
		if out = append(out, choice{clip(head+oneLine(name), maxChoice), value}); len(out) == maxChoices {
			break
		}
	}
	return out
}

// folded makes names comparable: case, dashes and spaces are how people differ.
func folded(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return c == ' ' || c == '-' || c == '_' }), " ")
}
