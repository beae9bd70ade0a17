package commands

import (
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxButtons is how many buttons an answer has at most; choices have as many as there are candidates.
const maxButtons = 3

// follow is a question likely to come next.
type follow struct {
	label  lang.Key
	intent understand.Intent
}

// follows lists, by intent, what people ask next, likeliest first. What an entity cannot answer is left out.
func follows(i understand.Intent) []follow {
	switch i {
	case understand.Owner:
		return []follow{{lang.ActOnCall, understand.OnCall}, {lang.ActDocs, understand.Docs}, {lang.ActMembers, understand.Members}, {lang.ActShow, understand.Show}}
	case understand.OnCall:
		return []follow{{lang.ActDocs, understand.Docs}, {lang.ActOwner, understand.Owner}, {lang.ActMembers, understand.Members}}
	case understand.API:
		return []follow{{lang.ActDependents, understand.Dependents}, {lang.ActDocs, understand.Docs}, {lang.ActOwner, understand.Owner}}
	case understand.Version:
		return []follow{{lang.ActOwner, understand.Owner}, {lang.ActShow, understand.Show}}
	case understand.Docs:
		return []follow{{lang.ActOwner, understand.Owner}, {lang.ActOnCall, understand.OnCall}}
	case understand.Dependents:
		return []follow{{lang.ActOwner, understand.Owner}, {lang.ActDependencies, understand.Dependencies}}
	case understand.Dependencies:
		return []follow{{lang.ActDependents, understand.Dependents}, {lang.ActOwner, understand.Owner}}
	case understand.OwnedBy:
		return []follow{{lang.ActMembers, understand.Members}, {lang.ActOnCall, understand.OnCall}}
	case understand.Members:
		return []follow{{lang.ActOnCall, understand.OnCall}, {lang.ActOwnedBy, understand.OwnedBy}}
	case understand.Lifecycle:
		return []follow{{lang.ActDependents, understand.Dependents}, {lang.ActOwner, understand.Owner}}
	case understand.Show, understand.Search:
		return []follow{{lang.ActOwner, understand.Owner}, {lang.ActOnCall, understand.OnCall}, {lang.ActDocs, understand.Docs}, {lang.ActMembers, understand.Members}}
	case understand.Builds, understand.Lighthouse:
		return []follow{{lang.ActOwner, understand.Owner}, {lang.ActOnCall, understand.OnCall}}
	default:
		return nil
	}
}

// buttons are those the command set, then the questions that come next, then Share when the answer is private.
func (t *talk) buttons() []card.Action {
	fact := t.outcome == bot.Answered && t.r.Intent != understand.Smalltalk
	_, repeatable := t.c.table[t.r.Intent]
	if _, own := ownView(t.r.Intent); own {
		repeatable = true
	}
	share := t.q.Private && repeatable && (fact || t.outcome == bot.NotFound && len(t.entities) > 0)
	out := t.actions
	most := max(maxButtons, len(out))
	if t.outcome == bot.Choose {
		return out
	}
	if share {
		most--
	}
	if t.hand != nil {
		most = max(most-1, len(out))
	}
	if t.summon != nil {
		most = max(most-1, len(out))
	}
	if len(t.entities) == 1 {
		out = t.nextQuestions(out, most)
	}
	out = out[:min(len(out), most)]
	if t.hand != nil {
		out = append(out, *t.hand)
	}
	if t.summon != nil {
		out = append(out, *t.summon)
	}
	if share {
		r := t.r
		r.Lang, r.Entities = t.l, t.entities
		out = append(out, t.button(t.text(lang.ActShare, nil), intentShare, r, t.q.Full))
	}
	return out
}

func (t *talk) nextQuestions(out []card.Action, most int) []card.Action {
	e, ok := t.view.Entity(t.entities[0])
	if !ok {
		return out
	}
	for _, f := range follows(t.r.Intent) {
		if len(out) >= most {
			break
		}
		if t.canAnswer(f.intent, e) {
			out = append(out, t.ask(f.label, f.intent, e.Ref))
		}
	}
	return out
}

// canAnswer reports whether a question about an entity makes sense; it costs no more than a look at its columns.
func (t *talk) canAnswer(i understand.Intent, e *catalog.Entity) bool {
	group, user := e.Ref.Kind == "group", e.Ref.Kind == "user"
	switch i {
	case understand.Owner:
		return !group && !user && !e.Owner.IsZero()
	case understand.Docs:
		return t.hasDocs(e)
	case understand.Members, understand.OwnedBy:
		return group
	case understand.Dependents, understand.Dependencies:
		return !group && !user
	default:
		return true
	}
}
