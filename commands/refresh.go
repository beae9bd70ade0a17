package commands

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentRefresh is the sub-command that reads an entity's source again. It is nobody's question.
const intentRefresh understand.Intent = "refresh"

// Refresher reads sources again on demand.
type Refresher interface {
	// Refresh asks the source of an origin to read a descriptor again now, or all it has where it cannot read one, and
	// returns when what it read can be asked about. The context bounds the wait. An origin that nobody reads any more is
	// an error of kind NotFound, one that does not answer of kind Upstream.
	Refresh(ctx context.Context, origin, location string) error
}

// refresh reads an entity's descriptor again and says what changed.
func (c *Commands) refresh(ev *bot.Event, t *talk) bot.Reply {
	e, ok := t.view.Entity(t.r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": t.r.Entities[0].Name})
	}
	t.entities = []catalog.Ref{e.Ref}
	if !c.may(ev, ActRefresh, e.Ref) {
		return t.only(bot.Refused, lang.RefreshForbidden, lang.Args{"what": t.named(e)})
	}
	if c.deps.Tasks != nil {
		return c.followRefresh(ev, t, e)
	}
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.RefreshWorking, lang.Args{"what": t.named(e)})}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		err := c.deps.Refresher.Refresh(ctx, e.Source.Origin, e.Source.Location)
		after := c.talk(ctx, c.deps.View(t.q.Viewer), t.q, t.r)
		after.now = c.deps.Now()
		after.refreshed(e, fieldsOf(e), err)
		a, m := after.finish()
		return say(t.q.Private, a, m), nil
	}}
}

// only is a reply of one sentence.
func (t *talk) only(o bot.Outcome, key lang.Key, args lang.Args) bot.Reply {
	t.outcome = o
	t.line(key, args)
	a, m := t.finish()
	return say(t.q.Private, a, m)
}

// refreshed says what reading again led to. before is the entity as it was, or what is known of it, and had its fields.
func (t *talk) refreshed(before *catalog.Entity, had []field, err error) {
	t.outcome = bot.Answered
	t.entities = []catalog.Ref{before.Ref}
	what := t.named(before)
	e, there := t.view.Entity(before.Ref)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && !there:
		t.line(lang.RefreshGone, lang.Args{"what": what})
		return
	case err != nil:
		t.outcome = bot.NotFound
		t.line(lang.RefreshFailed, lang.Args{"what": what})
	case t.trouble(e) != "":
		t.line(lang.RefreshBroken, lang.Args{"what": what, "text": t.trouble(e)})
	default:
		if list := t.changes(had, fieldsOf(e)); len(list) > 0 {
			t.line(lang.RefreshChanged, lang.Args{"what": t.named(e), "list": t.join(list, 0)})
		} else {
			t.line(lang.RefreshSame, lang.Args{"what": what})
		}
	}
	if there {
		t.from(e)
		t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, e.Ref))
	}
}

// trouble is what is wrong with the descriptor that was read, or "".
func (t *talk) trouble(e *catalog.Entity) string {
	stale := slices.IndexFunc(e.Problems, func(p catalog.Problem) bool {
		return p.Code == catalog.ProblemStale || p.Code == catalog.ProblemOrphaned
	})
	if stale < 0 {
		return ""
	}
	for _, p := range t.view.FileProblems() {
		if p.File == e.Source.Location {
			return fault.Position{File: baseName(p.File), Line: p.Line}.String() + ": " + clipTo(p.Message, maxDetail)
		}
	}
	return clipTo(e.Problems[stale].Message, maxDetail)
}

// field is a field of an entity with its value: as people write it, or a digest of what is longer than a few words.
type field struct {
	Name  string
	Value string
	Long  bool
}

// fieldsOf are the fields of an entity that people change, the rest of it last.
func fieldsOf(e *catalog.Entity) []field {
	owner := ""
	if !e.Owner.IsZero() {
		owner = e.Owner.Short("group")
	}
	digest := func(v any) string {
		data, _ := json.Marshal(v) // of strings and pairs of strings
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:8])
	}
	return []field{
		{"spec.owner", owner, false}, {"spec.lifecycle", e.Lifecycle, false}, {"spec.type", e.Type, false}, {"metadata.title", e.Title, false},
		{"metadata.description", digest(e.Description), true}, {"metadata.tags", digest(e.Tags), true}, {"metadata.labels", digest(e.Labels), true},
		{"metadata.annotations", digest(e.Annotations), true}, {"metadata.links", digest(e.Links), true},
		{"spec", digest(string(e.Document.JSON())), true},
	}
}

// changes names the fields that differ, with the new value where it is short. The rest is named where nothing else is.
func (t *talk) changes(was, is []field) [][]card.Span {
	var out [][]card.Span
	before := map[string]string{}
	for _, f := range was {
		before[f.Name] = f.Value
	}
	for _, f := range is {
		if v, known := before[f.Name]; !known || v == f.Value || f.Name == "spec" && len(out) > 0 {
			continue
		}
		if f.Long {
			out = append(out, []card.Span{card.M(f.Name)})
			continue
		}
		out = append(out, t.say(lang.RefreshField, lang.Args{"field": card.M(f.Name), "value": card.M(clipTo(cmp.Or(f.Value, "-"), 60))}))
	}
	return out
}
