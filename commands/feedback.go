package commands

import (
	"cmp"
	"context"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// intentFeedback is the sub-command that shows what people say about answers. It is nobody's question.
const intentFeedback understand.Intent = "feedback"

// intentSettle is the button that dismisses what was said; its argument is the feedback's id.
const intentSettle = "dismiss"

// maxSaid bounds the disputes and the aliases that one message lists.
const maxSaid = 10

func (c *Commands) feedbackCommands() []subCommand {
	if c.deps.Feedback == nil {
		return nil
	}
	return []subCommand{
		{"correct", nil, intentCorrect, takesFact, (*Commands).correctCommand},
		{"feedback", []string{"disputes"}, intentFeedback, takesNothing, (*Commands).feedback},
	}
}

// feedback shows what is disputed of the asker's teams; to those who may read all feedback, all of it.
func (c *Commands) feedback(ev *bot.Event, t *talk) bot.Reply {
	all := c.may(ev, ActFeedback, catalog.Ref{})
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.FeedbackReading, nil)}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		open, err := c.deps.Feedback.Open(ctx)
		if err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "read feedback")
		}
		var said []bot.Feedback
		for _, f := range open {
			if e, ok := t.about(f); f.Disputes() && ok && (all || t.owns(e)) {
				said = append(said, f)
			}
		}
		t.saidOf(said, true)
		if all {
			t.aliases(open)
			t.unhelpful(open)
		}
		m := card.Message{Lang: t.l, Blocks: t.blocks}
		if len(t.actions) > 0 {
			m.Blocks = append(m.Blocks, card.Actions{Items: t.actions})
		}
		return bot.Whisper{Message: m}, nil
	}}
}

// about is what feedback is about, as far as it may be seen.
func (t *talk) about(f bot.Feedback) (*catalog.Entity, bool) {
	ref, err := catalog.ParseRef(f.Entity, "", "")
	if err != nil {
		return nil, false
	}
	return t.view.Entity(ref)
}

// owns reports whether who asks is the owner of an entity, or in the group that is or a group above it.
func (t *talk) owns(e *catalog.Entity) bool {
	owner := ownerOf(e)
	if t.q.Asker.IsZero() || owner.IsZero() {
		return false
	}
	if owner == t.q.Asker {
		return true
	}
	mine := map[catalog.Ref]bool{}
	for _, g := range targets(t.view, t.q.Asker, "memberOf") {
		mine[g] = true
	}
	if mine[owner] {
		return true
	}
	return slices.ContainsFunc(ancestors(t.view, owner), func(g catalog.Ref) bool { return mine[g] })
}

// dispute is what several people say of one fact.
type dispute struct {
	e      *catalog.Entity
	fact   string
	first  bot.Feedback
	people int
	right  string // what the last of them says
	change string // address of the change that was proposed
}

// gather groups feedback by entity and fact, what most people say first.
func (t *talk) gather(said []bot.Feedback) []dispute {
	var out []dispute
	for _, f := range said {
		e, ok := t.about(f)
		if !ok {
			continue
		}
		i := slices.IndexFunc(out, func(d dispute) bool { return d.e.Ref == e.Ref && d.fact == f.Fact })
		if i < 0 {
			i = len(out)
			out = append(out, dispute{e: e, fact: f.Fact, first: f})
		}
		out[i].people++
		out[i].right, out[i].change = cmp.Or(f.Right, out[i].right), cmp.Or(f.Request, out[i].change)
	}
	slices.SortStableFunc(out, func(a, b dispute) int { return b.people - a.people })
	return out
}

// saidOf lists what is disputed, with a button for each that says that it is right as it is.
func (t *talk) saidOf(said []bot.Feedback, buttons bool) {
	all := t.gather(said)
	if len(all) == 0 {
		t.line(lang.FeedbackNone, nil)
		return
	}
	t.line(lang.FeedbackDisputes, lang.Args{"n": len(all)})
	list := card.List{More: max(len(all)-maxSaid, 0)}
	for i, d := range all[:min(len(all), maxSaid)] {
		line := t.say(lang.FeedbackDispute, lang.Args{"what": t.listed(d.e), "fact": t.factName(d.fact), "n": d.people, "since": t.since(d.first.At)})
		if d.right != "" {
			line = append(line, t.say(lang.FeedbackRight, lang.Args{"value": card.M(clipTo(d.right, 60))})...)
		}
		if d.change != "" {
			line = append(line, card.T(" "), card.L(t.text(lang.CorrectOpen, nil), d.change))
		}
		list.Items = append(list.Items, line)
		if buttons && i < maxButtons {
			label := t.text(lang.FeedbackDismiss, lang.Args{"what": displayName(t.l, d.e)})
			t.actions = append(t.actions, card.Action{
				Label: clipTo(label, maxDetail), Anyone: true, Confirm: t.text(lang.FeedbackConfirm, nil),
				Intent: card.Intent{Name: intentSettle, Args: []string{d.first.ID}},
			})
		}
	}
	t.add(list)
}

// aliases lists the names that people used for something else than was understood, as a lexicon takes them.
func (t *talk) aliases(open []bot.Feedback) {
	type alias struct {
		name, ref string
		n         int
	}
	var all []alias
	for _, f := range open {
		if f.Kind != bot.WrongThing || f.Name == "" || f.Meant == "" {
			continue
		}
		i := slices.IndexFunc(all, func(a alias) bool { return a.ref == f.Meant && sameName(a.name, f.Name) })
		if i < 0 {
			i = len(all)
			all = append(all, alias{name: f.Name, ref: f.Meant})
		}
		all[i].n++
	}
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b alias) int { return b.n - a.n })
	t.line(lang.FeedbackAliases, lang.Args{"n": len(all)})
	text := "terms:\n"
	for _, a := range all[:min(len(all), maxSaid)] {
		text += "  - {class: alias, text: " + string(yamldoc.AppendString(nil, a.name)) + ", value: " + string(yamldoc.AppendString(nil, a.ref)) + "}  # " + lang.Number(a.n) + "\n"
	}
	t.add(card.Code{Language: "yaml", Text: text})
}

// unhelpful counts the answers that were no help, by the kind of question.
func (t *talk) unhelpful(open []bot.Feedback) {
	count := map[string]int{}
	var kinds []string
	for _, f := range open {
		if f.Kind == bot.Unhelpful {
			if count[f.Intent]++; count[f.Intent] == 1 {
				kinds = append(kinds, f.Intent)
			}
		}
	}
	slices.SortFunc(kinds, func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	var items [][]card.Span
	for _, k := range kinds {
		items = append(items, []card.Span{card.M(k), card.T(" (" + lang.Number(count[k]) + ")")})
	}
	if len(items) > 0 {
		t.line(lang.FeedbackUnhelpful, lang.Args{"list": t.join(items, 0)})
	}
}

// handleDismiss ends a dispute: what is disputed is right as it is. That is for its owner to say, for those who may
// dismiss others', and for whoever disputed it.
func (c *Commands) handleDismiss(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	if c.deps.Feedback == nil || len(in.Intent.Args) != 1 {
		return nil, fault.New(fault.NotFound, "no feedback").Say(string(lang.BotButtonUnknown), nil)
	}
	first, err := c.deps.Feedback.Get(ctx, in.Intent.Args[0])
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "it is forgotten").Say(string(lang.BotButtonExpired), nil)
	}
	if err != nil {
		return nil, err
	}
	t, _ := c.wrong(ctx, ev, understand.Reading{Intent: understand.Show})
	e, ok := t.about(first)
	if !ok {
		return nil, fault.New(fault.NotFound, "it is gone").Say(string(lang.BotButtonExpired), nil)
	}
	mine := first.By.Key() == ev.Actor.Key()
	if !t.owns(e) && !mine && !c.may(ev, ActDismiss, e.Ref) {
		t.line(lang.FeedbackOthers, lang.Args{"what": t.named(e)})
		return bot.Whisper{Message: card.Message{Lang: t.l, Blocks: t.blocks}}, nil
	}
	open, err := c.deps.Feedback.Open(ctx)
	if err != nil {
		return nil, err
	}
	alone := mine && !t.owns(e) && (c.deps.May == nil || !c.may(ev, ActDismiss, e.Ref)) // takes back their own and no other's
	n := 0
	for _, f := range open {
		if f.Entity != first.Entity || f.Fact != first.Fact || !f.Disputes() || alone && f.By.Key() != ev.Actor.Key() {
			continue
		}
		f.State, f.Closed, f.ClosedBy = bot.FeedbackDismissed, c.deps.Now(), ev.Actor
		closed, err := c.deps.Feedback.Close(ctx, f)
		if err != nil {
			return nil, err
		}
		if closed {
			n++
			c.tellOutcome(ctx, f)
		}
	}
	t.line(lang.FeedbackDismissed, lang.Args{"what": t.named(e), "fact": t.factName(first.Fact), "n": n})
	return bot.Whisper{Message: card.Message{Lang: t.l, Blocks: t.blocks}}, nil
}

// Settle closes what is no longer open: disputes of facts that have changed in the catalog, or whose entity is gone,
// and names that mean by now what was meant. Whoever said so hears of it. It returns how many were closed.
func (c *Commands) Settle(ctx context.Context) (int, error) {
	open, err := c.deps.Feedback.Open(ctx)
	if err != nil {
		return 0, err
	}
	view := c.deps.View(catalog.Viewer{})
	n := 0
	for _, f := range open {
		outcome, settled := settled(view, f)
		if !settled && c.deps.Now().Sub(f.At) < forgetFeedback {
			continue
		}
		f.State, f.Outcome, f.Closed = bot.FeedbackSettled, outcome, c.deps.Now()
		if !settled {
			f.State = bot.FeedbackDismissed
		}
		closed, err := c.deps.Feedback.Close(ctx, f)
		if err != nil {
			return n, err
		}
		if closed {
			n++
			if settled {
				c.tellOutcome(ctx, f)
			}
		}
	}
	return n, nil
}

// settled reports whether feedback is no longer open, with the value that its fact has now.
func settled(view search.View, f bot.Feedback) (outcome string, ok bool) {
	if f.Kind == bot.WrongThing {
		meant, err := catalog.ParseRef(f.Meant, "", "")
		if err != nil || f.Name == "" {
			return "", false
		}
		found := view.Resolve(f.Name, search.ResolveOptions{Deepest: search.MatchNormalised, Limit: 2})
		return f.Meant, len(found) == 1 && found[0].Entity.Ref == meant
	}
	ref, err := catalog.ParseRef(f.Entity, "", "")
	if err != nil {
		return "", false
	}
	e, there := view.Entity(ref)
	switch {
	case !f.Disputes():
		return "", false
	case !there:
		return "", true
	}
	now := factValue(e, f.Fact)
	return now, (now != "" || f.Was != "") && now != f.Was
}
