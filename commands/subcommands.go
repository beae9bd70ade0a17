package commands

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// params is what a sub-command takes.
type params uint8

const (
	takesNothing params = iota
	takesName           // the name of an entity
	takesMaybe          // a name, or nothing
	takesAll            // a name and perhaps the word "all"
	takesTech           // a technology or a component, or nothing
	takesWords          // anything, but something
	takesAddress        // a web address
	takesPlace          // the name of an entity, or a web address
	takesTopics         // a name and perhaps what about it, or nothing
	takesFact           // a name, and perhaps a fact with its value
	takesVersion        // the name of a template, and perhaps a version
	takesReason         // a name, and perhaps why
)

// subCommand is a short form of a question.
type subCommand struct {
	name    string
	aliases []string
	intent  understand.Intent
	params  params
	work    func(*Commands, *bot.Event, *talk) bot.Reply // nil: the intent's command answers
}

// subCommands lists the short forms, in the order in which help names them.
func subCommands() []subCommand {
	return []subCommand{
		{"owner", nil, understand.Owner, takesName, nil},
		{"oncall", []string{"on-call"}, understand.OnCall, takesMaybe, nil},
		{"api", []string{"apis"}, understand.API, takesName, nil},
		{"version", []string{"versions"}, understand.Version, takesTech, nil},
		{"docs", []string{"doc"}, understand.Docs, takesName, nil},
		{"dependents", nil, understand.Dependents, takesAll, nil},
		{"dependencies", []string{"deps"}, understand.Dependencies, takesAll, nil},
		{"owned-by", []string{"owns"}, understand.OwnedBy, takesAll, nil},
		{"members", nil, understand.Members, takesName, nil},
		{"lifecycle", nil, understand.Lifecycle, takesName, nil},
		{"show", nil, understand.Show, takesName, nil},
		{"builds", nil, understand.Builds, takesName, nil},
		{"lighthouse", nil, understand.Lighthouse, takesName, nil},
		{"radar", nil, understand.Radar, takesTech, nil},
		{"search", nil, understand.Search, takesWords, nil},
		{"problems", nil, intentProblems, takesMaybe, nil},
		{"made-from", []string{"from-template"}, intentMade, takesVersion, nil},
		{"changes", []string{"changed"}, intentChanges, takesMaybe, nil},
		{"help", nil, understand.Help, takesNothing, nil},
	}
}

// subCommands are the short forms that this program can answer.
func (c *Commands) subCommands() []subCommand {
	all := subCommands()
	if c.deps.Refresher != nil {
		all = append(all, subCommand{"refresh", nil, intentRefresh, takesName, (*Commands).refresh})
	}
	if c.deps.Locations != nil && c.deps.Registrar != nil && c.deps.Tasks != nil {
		all = append(all, subCommand{"register", nil, intentRegister, takesAddress, (*Commands).register})
	}
	all = append(all, c.feedbackCommands()...)
	all = append(all, c.bindCommands()...)
	all = append(all, c.subscribeCommands()...)
	all = append(all, c.pageCommands()...)
	all = append(all, c.auditCommands()...)
	if c.deps.Locations != nil {
		all = append(all, subCommand{"unregister", nil, intentUnregister, takesPlace, (*Commands).unregister})
	}
	return all
}

// SubCommands are the sub-commands of the main slash command. A first word that is one stands for a question only
// when the rest fits: "owner checkout" is one, "owner of the thing that sends receipts" is a question.
func (c *Commands) SubCommands() []bot.Command {
	var out []bot.Command
	for _, s := range c.subCommands() {
		b := bot.Command{Name: s.name, Aliases: s.aliases, Handler: c.subCommand(s)}
		if s.params != takesNothing {
			b.Fits = func(ev *bot.Event, args string) bool {
				view := c.deps.View(c.viewer(ev))
				if s.conversational(ev, view, args) {
					return false
				}
				_, ok := c.parse(view, s, args)
				return ok
			}
		}
		out = append(out, b)
	}
	return out
}

// conversational reports whether what is said in a conversation is understood better as a question: a bare word that
// goes on about what was spoken of before, and "search service owner" where something is called Search Service.
func (s subCommand) conversational(ev *bot.Event, view search.View, args string) bool {
	if _, said := ev.Input.(bot.Said); !said {
		return false
	}
	switch s.intent {
	case understand.Search:
		next, _, _ := strings.Cut(args, " ")
		return len(view.Resolve(s.name+" "+next, search.ResolveOptions{Deepest: search.MatchNormalised, Limit: 1})) > 0
	case understand.OnCall, understand.Version, understand.Radar:
		return args == "" && len(ev.Memory) > 0
	default:
		return false
	}
}

func (c *Commands) subCommand(s subCommand) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		in, _ := ev.Input.(bot.Invoked)
		q := c.question(ev)
		q.Text, q.Private = in.Args, !in.Said
		view := c.deps.View(q.Viewer)
		r, ok := c.parse(view, s, in.Args)
		if !ok {
			r = understand.Reading{Intent: s.intent, Unknown: []string{in.Args}, Near: near(view, in.Args)}
		}
		r.Lang = ev.Locale
		if r.Lang == "" {
			r.Lang = lang.Of(in.Args)
		}
		if bare := strings.TrimSpace(in.Args) == ""; bare && s.intent == understand.OnCall {
			r = c.bareOnCall(ctx, view, ev, q)
			r.Lang = ev.Locale
		} else if s.work != nil && (len(r.Entities) == 1 || s.params == takesAddress || s.params == takesPlace && r.Topic != "" || bare || s.params == takesTopics && len(r.Entities)+len(r.Candidates)+len(r.Unknown) == 0) {
			return s.work(c, ev, c.talk(ctx, view, q, r)), nil
		}
		return c.settle(q, c.give(ctx, view, q, r)), nil
	})
}

// slash is a slash command of its own: the intent is given, the text names what it is about, or is a whole question.
func (c *Commands) slash(intent understand.Intent) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		in, _ := ev.Input.(bot.Invoked)
		q := c.question(ev)
		q.Text, q.Private = in.Args, !in.Said
		view := c.deps.View(q.Viewer)
		r, ok := c.parse(view, subCommand{intent: intent, params: takesMaybe}, in.Args)
		switch {
		case intent == understand.OnCall && strings.TrimSpace(in.Args) == "":
			r = c.bareOnCall(ctx, view, ev, q)
			r.Lang = ev.Locale
		case !ok:
			r = c.read(ctx, view, q)
			r.Intent = intent
		}
		if r.Lang == "" {
			r.Lang = ev.Locale
		}
		return c.settle(q, c.give(ctx, view, q, r)), nil
	})
}

// parse reads what stands behind a sub-command; ok is false when it does not fit.
func (c *Commands) parse(view search.View, s subCommand, args string) (r understand.Reading, ok bool) {
	r.Intent, r.Confidence = s.intent, 1
	args = strings.TrimSpace(args)
	switch {
	case s.params == takesWords:
		r.Topic = args
		return r, args != ""
	case s.params == takesAddress, s.params == takesPlace && strings.Contains(args, "://"):
		r.Topic = strings.Trim(args, "<>") // as some write addresses
		return r, looksLikeAddress(r.Topic)
	case s.params == takesTopics:
		var topics []string
		args, topics = c.cutTopics(args)
		if r.Topic = strings.Join(topics, " "); args == "" {
			return r, true
		}
	case s.params == takesReason && args != "":
		args, r.Topic = cutReason(view, args)
		r.Topic = clipTo(r.Topic, maxReason)
	case s.params == takesFact && args != "":
		args, r.Trait, r.Topic = cutCorrection(args)
	case args == "":
		return r, s.params == takesNothing || s.params == takesMaybe || s.params == takesTech || s.params == takesReason
	case s.params == takesVersion:
		args, r.Topic = cutVersion(args)
	case s.params == takesAll:
		if rest, found := strings.CutSuffix(args, " all"); found {
			r.All, args = true, strings.TrimSpace(rest)
		}
	case s.params == takesTech:
		if m, found := c.technology(args); found {
			r.Tech, r.Fleet = []understand.TechMention{m}, true
			return r, true
		}
		if s.intent == understand.Radar {
			r.Unknown = []string{args}
			return r, true
		}
	}
	r.Entities, r.Candidates = settle(view, s.intent, args)
	return r, len(r.Entities)+len(r.Candidates) > 0
}

// technology finds a well-known technology by its name, id or an alias, exactly.
func (c *Commands) technology(name string) (understand.TechMention, bool) {
	for _, t := range c.deps.Technologies.Technologies() {
		names := append([]string{t.ID, t.Name}, t.Aliases...)
		for _, n := range names {
			if sameName(n, name) {
				return understand.TechMention{ID: t.ID, Name: name}, true
			}
		}
	}
	return understand.TechMention{}, false
}

// settle resolves a name for an intent: one entity, or the candidates it may mean.
func settle(view search.View, intent understand.Intent, name string) (entities, candidates []catalog.Ref) {
	o := search.ResolveOptions{Deepest: search.MatchTypo2, Limit: maxChoices}
	if intent == understand.Scaffold || intent == intentMade {
		o.Kinds = []string{"template"}
	}
	found := view.Resolve(name, o)
	if len(found) == 0 {
		return nil, nil
	}
	if len(found) == 1 || found[0].Match == search.MatchRef {
		return []catalog.Ref{found[0].Entity.Ref}, nil
	}
	if one := preferred(found, intent); one != nil {
		return []catalog.Ref{one.Ref}, nil
	}
	for _, f := range found {
		candidates = append(candidates, f.Entity.Ref)
	}
	return nil, candidates
}

// preferred is the candidate that a bare name means among namesakes of different kinds: the one of the kind that the
// intent is about, then the component.
func preferred(found []search.Candidate, intent understand.Intent) *catalog.Entity {
	name := found[0].Entity.Ref.Name
	for _, f := range found {
		if f.Entity.Ref.Name != name {
			return nil
		}
	}
	kinds := []string{"component", "system"}
	switch intent {
	case understand.API:
		kinds = []string{"api", "component"}
	case understand.Members, understand.OwnedBy, intentProblems:
		kinds = []string{"group"}
	}
	for _, kind := range kinds {
		var only *catalog.Entity
		n := 0
		for _, f := range found {
			if f.Entity.Ref.Kind == kind {
				only, n = f.Entity, n+1
			}
		}
		if n == 1 {
			return only
		}
		if n > 1 {
			return nil
		}
	}
	return nil
}

// near are the names closest to one that means nothing.
func near(view search.View, name string) []catalog.Ref {
	var out []catalog.Ref
	for _, c := range view.Resolve(name, search.ResolveOptions{Limit: maxChoices}) {
		out = append(out, c.Entity.Ref)
	}
	return out
}
