package commands

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The intents of a home page. Their last argument is the reference that was chosen.
const (
	intentForm = "ask_form" // the form with a question; it has no argument
	intentHome = "home"     // the page of a team
	intentFind = "find"     // what there is to say about one thing
)

// The bounds of a home page.
const (
	maxHomeTeams    = 3
	maxHomeServices = 10
	homeExamples    = 3
)

// Surfaces are the handlers of the pages that a platform shows to each person.
func (c *Commands) Surfaces() map[string]bot.Handler {
	return map[string]bot.Handler{bot.SurfaceHome: bot.HandlerFunc(c.handleHome)}
}

// handleHome shows somebody's own teams; somebody who is not known chooses one, and finds it again.
func (c *Commands) handleHome(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	t := c.aroundTalk(ctx, ev)
	teams := t.asking()
	if ref, err := catalog.ParseRef(c.picked(ev.Actor), "", ""); len(teams) == 0 && err == nil {
		teams = t.existing([]catalog.Ref{ref})
	}
	return t.home(teams, ev.Actor), nil
}

// handlePickTeam shows the home page for the team that was chosen. That somebody of no team chose it is kept.
func (c *Commands) handlePickTeam(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	t := c.aroundTalk(ctx, ev)
	teams := t.lookup(chosen(ev))
	if len(teams) == 1 && len(t.asking()) == 0 && c.deps.Bindings != nil && ev.Actor.ID != "" {
		ctx, cancel := context.WithTimeout(ctx, keepPicked)
		defer cancel()
		if c.deps.Bindings.Bind(ctx, bot.Binding{Address: bot.HomeOf(ev.Actor), Entity: teams[0].Ref.String(), Since: c.deps.Now()}) != nil {
			t.remark(t.say(lang.HomePickUnkept, nil)...)
		}
	}
	return t.home(teams, ev.Actor), nil
}

// keepPicked bounds how long the page waits for the team to be kept.
const keepPicked = time.Second

// picked is the team, by its full reference, that somebody chose for their page; "" for none. It does not block.
func (c *Commands) picked(a bot.Actor) string {
	if c.deps.Bindings == nil || a.ID == "" {
		return ""
	}
	return c.deps.Bindings.Of(bot.HomeOf(a))
}

// handleFind says what there is to say about what was chosen in a search box.
func (c *Commands) handleFind(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	t := c.aroundTalk(ctx, ev)
	return c.reply(ctx, t.q, understand.Reading{Intent: understand.Show, Lang: t.l, Entities: chosen(ev), Confidence: 1}), nil
}

// chosen is the reference that a menu of suggestions brought; none when it is no reference.
func chosen(ev *bot.Event) []catalog.Ref {
	in, _ := ev.Input.(bot.Pressed)
	if len(in.Intent.Args) == 0 {
		return nil
	}
	return parseRefs(in.Intent.Args[len(in.Intent.Args)-1:])
}

// aroundTalk is a talk in the language of the interface, as nobody asked in words.
func (c *Commands) aroundTalk(ctx context.Context, ev *bot.Event) *talk {
	q := c.question(ev)
	q.Lang = ev.Locale
	return c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: understand.Show, Lang: ev.Locale})
}

// home is the page of teams, or of a person without any, and of what that person has begun.
func (t *talk) home(teams []*catalog.Entity, by bot.Actor) bot.Reply {
	find := card.Action{Label: t.text(lang.HomeFind, nil), Search: card.FieldEntity, Intent: card.Intent{Name: intentFind}}
	t.line(lang.HomeHello, nil)
	ask := card.Action{Label: t.text(lang.FormAsk, nil), Style: card.Primary, Intent: card.Intent{Name: intentForm}}
	t.add(card.Actions{Items: []card.Action{find, ask}}, card.Rule{})
	if len(teams) == 0 {
		t.stranger()
	}
	for _, g := range teams[:min(len(teams), maxHomeTeams)] {
		t.homeOf(g)
	}
	t.recentRuns(by)
	if len(teams) > 0 {
		t.add(card.Actions{Items: []card.Action{t.pickTeam(lang.HomeOther)}})
	}
	if note := t.note(); len(note) > 0 {
		t.add(card.Note{Spans: note})
	}
	return bot.Surface{Message: card.Message{Lang: t.l, Blocks: t.blocks}}
}

func (t *talk) pickTeam(label lang.Key) card.Action {
	return card.Action{Label: t.text(label, nil), Search: card.FieldOwner, Intent: card.Intent{Name: intentHome}}
}

// homeOf is a team: what it owns, what is wrong with that, and who is on call.
func (t *talk) homeOf(g *catalog.Entity) {
	own := t.existing(targets(t.view, g.Ref, "ownerOf"))
	if len(own) == 0 {
		t.line(lang.HomeNothing, lang.Args{"who": t.named(g)})
	} else {
		t.add(card.Text{Spans: t.say(lang.HomeMine, lang.Args{"who": t.named(g)})})
		list := card.List{More: max(len(own)-maxHomeServices, 0), MoreURL: t.c.links.entity(g.Ref)}
		for _, e := range own[:min(len(own), maxHomeServices)] {
			list.Items = append(list.Items, t.homeItem(e))
		}
		t.add(list)
	}
	t.onCallFor(g)
	var actions []card.Action
	actions = append(actions, t.ask(lang.ActMembers, understand.Members, g.Ref))
	if label := t.homeProblems(g.Ref); label != "" {
		r := understand.Reading{Intent: intentProblems, Lang: t.l, Entities: []catalog.Ref{g.Ref}}
		actions = append(actions, t.button(label, intentAsk, r, false))
	} else if len(own) > 0 {
		t.line(lang.HomeFine, nil)
	}
	t.add(card.Actions{Items: actions}, card.Rule{})
}

// homeProblems counts what a team has to mend, as the command about problems does; "" when that is nothing.
func (t *talk) homeProblems(team catalog.Ref) string {
	report := t.c.Quality(t.ctx, t.view, quality.Teams(t.view, team)...)
	wrong := report.Wrong()
	switch gaps := len(report.Findings) - wrong; {
	case wrong > 0:
		return t.text(lang.HomeProblems, lang.Args{"n": wrong})
	case gaps > 0:
		return t.text(lang.HomeGaps, lang.Args{"n": gaps})
	default:
		return ""
	}
}

func (t *talk) homeItem(e *catalog.Entity) []card.Span {
	return dotted(t.listed(e), []card.Span{card.T(t.what(e))}, t.lifeSpan(e))
}

// stranger is for somebody of whom no team is known: choose one, and three questions that work here.
func (t *talk) stranger() {
	t.line(lang.HomePickHint, nil)
	t.add(card.Actions{Items: []card.Action{t.pickTeam(lang.HomePick)}})
	var examples []card.Action
	for _, e := range t.examples(homeExamples) {
		a := t.ask(e.label, e.intent, e.of)
		a.Label = t.text(e.label, lang.Args{"name": t.nameOf(e.of)})
		examples = append(examples, a)
	}
	if len(examples) > 0 {
		t.line(lang.HomeTry, nil)
		t.add(card.Actions{Items: examples})
	}
}
