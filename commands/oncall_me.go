package commands

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// onCallMeText is how people ask when it is their own turn. Such a message is matched as a whole: it names nothing, and
// what talks about being on call in some documentation is not meant.
//
//go:embed oncall_me.txt
var onCallMeText string

// builtinOnCallMe are the wordings of oncall_me.txt, read once. A test keeps the file readable.
var builtinOnCallMe = sync.OnceValues(func() (ownTurn, error) { return parseOnCallMe(onCallMeText) })

// ownTurn is how people ask when it is their turn.
type ownTurn struct {
	hints []string // one of them is in every such message; it spares the others the expressions
	me    []*regexp.Regexp
}

func parseOnCallMe(text string) (o ownTurn, err error) {
	lines, err := patternLines("oncall_me.txt", text)
	if err != nil {
		return o, err
	}
	var duty, when string
	for _, l := range lines {
		switch l.head {
		case "hint":
			o.hints = strings.Fields(l.pattern)
		case "duty":
			duty = l.pattern
		case "when":
			when = l.pattern
		case "me":
			whole, err := l.whole(strings.NewReplacer("{duty}", duty, "{when}", when).Replace(l.pattern))
			if err != nil {
				return o, err
			}
			o.me = append(o.me, whole)
		default:
			return o, l.unknown()
		}
	}
	return o, nil
}

// asked reports whether a message asks for one's own turn.
func (o ownTurn) asked(text string) bool {
	const longest = 80 // bytes
	if len(text) > longest {
		return false
	}
	low := strings.ToLower(text)
	if !slices.ContainsFunc(o.hints, func(h string) bool { return strings.Contains(low, h) }) {
		return false
	}
	text = wording(text)
	return slices.ContainsFunc(o.me, func(p *regexp.Regexp) bool { return p.MatchString(text) })
}

// aboutOwnTurn turns what a question was understood to mean into the turn of whoever asks, where it asks for that. The
// time it names, if any, was understood already.
func aboutOwnTurn(q Question, r understand.Reading) understand.Reading {
	if o, err := builtinOnCallMe(); err != nil || !o.asked(q.Text) {
		return r
	}
	own := understand.Reading{Intent: understand.OnCall, Lang: r.Lang, When: r.When, Trait: mineTrait, Confidence: 1, Why: []string{"asks for the turn of who asks"}}
	if !q.Asker.IsZero() {
		own.Entities = []catalog.Ref{q.Asker}
	}
	return own
}
