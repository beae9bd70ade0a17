package commands

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// onCallMeText is how people ask when it is their own turn. Such a message is matched as a whole: it names nothing, and
// what talks about being on call in some documentation is not meant.
//
//go:embed oncall_me.txt
var onCallMeText string

// builtinOnCallMe are the wordings of oncall_me.txt, read once. A test keeps the file readable.
var builtinOnCallMe = sync.OnceValues(func() ([]*regexp.Regexp, error) { return parseOnCallMe(onCallMeText) })

func parseOnCallMe(text string) ([]*regexp.Regexp, error) {
	lines, err := patternLines("oncall_me.txt", text)
	if err != nil {
		return nil, err
	}
	words := map[string]string{"duty": "", "when": ""}
	var out []*regexp.Regexp
	for _, l := range lines {
		if _, ok := words[l.head]; ok {
			words[l.head] = l.pattern
			continue
		}
		if l.head != "me" {
			return nil, l.unknown()
		}
		whole, err := l.whole(strings.NewReplacer("{duty}", words["duty"], "{when}", words["when"]).Replace(l.pattern))
		if err != nil {
			return nil, err
		}
		out = append(out, whole)
	}
	return out, nil
}

// mineTrait marks a question for the turn of whoever asks.
const mineTrait = "mine"

// aboutOwnTurn turns what a question was understood to mean into the turn of whoever asks, where it asks for that. The
// time it names, if any, was understood already.
func aboutOwnTurn(q Question, r understand.Reading) understand.Reading {
	const longest = 80 // bytes
	me, err := builtinOnCallMe()
	if err != nil || len(q.Text) > longest {
		return r
	}
	text := strings.Trim(strings.Join(strings.Fields(strings.ReplaceAll(q.Text, "’", "'")), " "), "?!.？！。 ")
	for _, p := range me {
		if !p.MatchString(text) {
			continue
		}
		own := understand.Reading{Intent: understand.OnCall, Lang: r.Lang, When: r.When, Trait: mineTrait, Confidence: 1, Why: []string{"asks for the turn of who asks"}}
		if !q.Asker.IsZero() {
			own.Entities = []catalog.Ref{q.Asker}
		}
		return own
	}
	return r
}

// onCallStranger says that nobody knows whose turn it is that is asked for.
func (t *talk) onCallStranger() {
	t.outcome = bot.NotFound
	t.line(lang.WhoStranger, nil)
}
