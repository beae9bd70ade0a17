package commands

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// mineText is how people ask about what is theirs. Such a message is matched as a whole: it names nothing, and nothing of
// the catalog that is called "my services" is meant.
//
//go:embed mine.txt
var mineText string

// builtinMine are the wordings of mine.txt, read once. A test keeps the file readable.
var builtinMine = sync.OnceValues(func() (ownThings, error) { return parseMine(mineText) })

// ownThings is how people ask about what is theirs.
type ownThings struct {
	hints []string // one of these words, or 我, is in every such message; they spare the others the expressions
	asks  []ownAsk
}

// ownAsk is a wording and what it asks for: "own", "ours", "members", "team", "watch" or "turn", as mine.txt explains them.
type ownAsk struct {
	what  string
	words *regexp.Regexp
}

func parseMine(text string) (o ownThings, err error) {
	lines, err := patternLines("mine.txt", text)
	if err != nil {
		return o, err
	}
	var stands []string // pairs: what stands in a pattern for the pattern of a line before it
	for _, l := range lines {
		switch l.head {
		case "hint":
			o.hints = strings.Fields(l.pattern)
		case "things", "ask", "duty", "when":
			stands = append(stands, "{"+l.head+"}", l.pattern)
		case "own", "ours", "members", "team", "watch", "turn":
			words, err := l.whole(strings.NewReplacer(stands...).Replace(l.pattern))
			if err != nil {
				return o, err
			}
			o.asks = append(o.asks, ownAsk{l.head, words})
		default:
			return o, l.unknown()
		}
	}
	return o, nil
}

// asked returns what of one's own a message asks for, "" for nothing.
func (o ownThings) asked(text string) string {
	const longest = 100 // bytes
	if len(text) > longest {
		return ""
	}
	low := strings.ToLower(text)
	words := strings.FieldsFunc(low, func(r rune) bool { return r < 'a' || r > 'z' })
	if !strings.Contains(low, "我") && !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(o.hints, w) }) {
		return ""
	}
	text = wording(text)
	i := slices.IndexFunc(o.asks, func(a ownAsk) bool { return a.words.MatchString(text) })
	if i < 0 {
		return ""
	}
	return o.asks[i].what
}

// mineTrait marks a question about what is whoever asks's own.
const mineTrait = "mine"

// aboutOwn turns what a question was understood to mean into what it means of whoever asks, where it asks about what is
// theirs. Which kind of thing and which time it names was understood already. "Ours" may be the whole company's: of
// somebody who is not known it stays what it was.
func aboutOwn(view search.View, q Question, r understand.Reading) understand.Reading {
	o, err := builtinMine()
	if err != nil {
		return r
	}
	what := o.asked(q.Text)
	switch {
	case what == "":
		return r
	case what == "ours" && q.Asker.IsZero():
		r.Alone = false // the same words of somebody who is known mean something else
		return r
	}
	own := understand.Reading{Lang: r.Lang, Kind: r.Kind, When: r.When, Trait: mineTrait, Confidence: 1, Why: []string{"asks for what is theirs who asks"}}
	var teams []catalog.Ref
	if !q.Asker.IsZero() {
		own.Entities, teams = []catalog.Ref{q.Asker}, targets(view, q.Asker, "memberOf")
	}
	switch what {
	case "own", "ours":
		own.Intent = understand.OwnedBy
	case "team":
		own.Intent = understand.Show
	case "members":
		own.Intent = understand.Members
	case "watch", "turn":
		own.Intent = understand.OnCall
	}
	if (what == "members" || what == "watch") && len(teams) > 0 {
		own.Entities = teams
	}
	return own
}

// askedByStranger says that nobody knows whose things are asked for, and how to be known.
func (t *talk) askedByStranger() {
	t.outcome = bot.NotFound
	t.line(lang.WhoStranger, nil)
	if t.q.at.Platform != "" {
		t.line(lang.WhoHow, lang.Args{"command": card.M("/backchannel link")})
	}
}
