package commands

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of a message about changes.
const (
	maxTold   = 5  // sentences about one subject
	maxDigest = 15 // lines of a digest
	shortHash = 10 // characters of a commit that are shown
)

// told is a change as it is told at a place: what it came to, however often it changed meanwhile.
type told struct {
	subject string
	topic   Topic
	Change
}

// Compose makes the message of a bulletin: what changed from what to what, where that stands and since when. What may
// not be seen at the place is left out, and what is as it was before is nothing.
func (c *Commands) Compose(ctx context.Context, b bot.Bulletin) (card.Message, bool) {
	viewer := catalog.Viewer{}
	if c.deps.At != nil {
		viewer = c.deps.At(b.By)
	}
	view := c.deps.View(viewer)
	t := c.talk(ctx, view, Question{Viewer: viewer, Zone: b.Zone, Lang: b.Lang}, understand.Reading{Intent: intentSubscriptions, Lang: b.Lang})
	all := slices.DeleteFunc(t.visible(c.net(b.News)), func(o told) bool { return len(t.sentence(o)) == 0 })
	if len(all) == 0 {
		return card.Message{}, false
	}
	subjects := map[string]bool{}
	for _, one := range all {
		subjects[one.subject] = true
	}
	if len(subjects) > 1 {
		t.digest(all, len(subjects))
	} else {
		t.tell(all)
	}
	_, m := t.finish()
	return m, true
}

// net joins what became of each item, and leaves out what is known from another subject already.
func (c *Commands) net(news []bot.News) []told {
	var out []told
	for _, n := range news {
		topic := c.topic(n.Topic)
		var changes []Change
		if json.Unmarshal(n.Change, &changes) != nil || topic == nil {
			continue // of another version, or of a plugin that is gone
		}
		for _, ch := range changes {
			same := func(o told) bool {
				return o.subject == n.Subject && o.topic.Name() == n.Topic && o.Entity == ch.Entity && o.Key == ch.Key
			}
			if i := slices.IndexFunc(out, same); i >= 0 {
				from, gone := out[i].From, out[i].Gone
				out[i].Change = ch
				out[i].From = from
				if gone && ch.Back {
					out[i].Gone, out[i].Back = false, false
				}
				continue
			}
			out = append(out, told{n.Subject, topic, ch})
		}
	}
	out = slices.DeleteFunc(out, func(o told) bool { return !o.Gone && !o.Back && o.From == o.To })
	seen := map[[5]string]bool{}
	return slices.DeleteFunc(out, func(o told) bool {
		k := [5]string{o.Entity, o.topic.Name() + " " + o.Key, o.From, o.To}
		if o.Gone || o.Back {
			k = [5]string{o.Entity, "", "", "", strconv.FormatBool(o.Gone)}
		}
		was := seen[k]
		seen[k] = true
		return was
	})
}

// visible are the changes of what may be seen at the place. That something has left the catalog is told where nothing
// is hidden: nobody can say any more whether it might be seen.
func (t *talk) visible(all []told) []told {
	return slices.DeleteFunc(all, func(o told) bool {
		ref, err := catalog.ParseRef(o.Entity, "", "")
		if err != nil || o.Gone && t.q.Viewer.Rules != nil {
			return true
		}
		subject, err := catalog.ParseRef(o.subject, "", "")
		if err != nil {
			return true
		}
		_, ok := t.view.Entity(ref)
		_, known := t.view.Entity(subject)
		return !o.Gone && (!ok || !known)
	})
}

// tell says the changes of one subject.
func (t *talk) tell(all []told) {
	for _, o := range all[:min(len(all), maxTold)] {
		t.add(card.Text{Spans: t.sentence(o)})
		t.placeOf(o.Change)
	}
	if more := len(all) - maxTold; more > 0 {
		t.line(lang.SubMore, lang.Args{"n": more})
	}
	first := all[0]
	if ref, err := catalog.ParseRef(first.Entity, "", ""); err == nil && !first.Gone {
		next, label := understand.Show, lang.ActShow
		switch first.topic.Name() {
		case TopicOwnership:
			next, label = understand.Owner, lang.ActOwner
		case TopicLifecycle:
			next, label = understand.Lifecycle, lang.SubActLife
		case TopicProblems:
			next, label = intentProblems, lang.SubActProblems
		}
		a := t.ask(label, next, ref)
		a.Anyone = true
		t.actions = append(t.actions, a)
	}
	t.actions = append(t.actions, t.subButton(lang.SubActMute, opMute, first.subject, ""), t.listButton())
}

// digest says the changes of several subjects, a line each.
func (t *talk) digest(all []told, subjects int) {
	t.line(lang.SubDigest, lang.Args{"n": len(all), "m": subjects})
	list := card.List{More: max(len(all)-maxDigest, 0)}
	for _, o := range all[:min(len(all), maxDigest)] {
		list.Items = append(list.Items, t.sentence(o))
	}
	t.add(list)
	t.actions = append(t.actions, t.listButton())
}

// sentence says one change.
func (t *talk) sentence(o told) []card.Span {
	ref, _ := catalog.ParseRef(o.Entity, "", "")
	what := []card.Span{card.S(ref.Short("component"))}
	if e, ok := t.view.Entity(ref); ok {
		what = t.named(e)
	}
	var spans []card.Span
	switch {
	case o.Gone:
		spans = t.say(lang.SubGone, lang.Args{"what": what})
	case o.Back:
		spans = t.say(lang.SubBack, lang.Args{"what": what})
	default:
		spans = o.topic.Say(t.l, o.Change, what, t.shown)
	}
	if t.l == lang.Chinese {
		return spaced(spans)
	}
	return spans
}

// shown is the name of another entity: a word for one that may not be seen at the place, a reference for one that is
// not in the catalog.
func (t *talk) shown(ref catalog.Ref) card.Span {
	if _, ok := t.view.Entity(ref); ok {
		return t.strong(ref)
	}
	if _, there := t.c.deps.View(catalog.Viewer{}).Entity(ref); there {
		return card.T(t.text(lang.SubHidden, nil))
	}
	return card.M(ref.Short("group"))
}

// placeOf notes in the context line where a change stands, in which commit, and since when.
func (t *talk) placeOf(ch Change) {
	t.source(ch.Where, ch.Line, time.Time{})
	if ch.Commit != "" {
		spans := t.say(lang.SubCommit, lang.Args{"commit": card.M(ch.Commit[:min(len(ch.Commit), shortHash)])})
		if !t.remarked(spans) {
			t.remark(spans...)
		}
	}
	if ch.Since == 0 {
		return
	}
	spans := t.say(lang.SubSince, lang.Args{"when": t.moment(time.Unix(ch.Since, 0), nil)})
	if !t.remarked(spans) {
		t.remark(spans...)
	}
}

// remarked reports whether the context line says so already.
func (t *talk) remarked(spans []card.Span) bool {
	return slices.ContainsFunc(t.remarks, func(r []card.Span) bool { return spansText(r) == spansText(spans) })
}
