package main

import (
	"context"
	"crypto/rand"
	"maps"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord"
	"github.com/backchannel-portal/backchannel/adapters/slack"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/commands"
)

// webPages is the platform of the web view.
const webPages = "web"

// admit has the commands answer as who asks may see things. On a command line nobody needs to be admitted.
func (a *app) admit(d *commands.Deps, links bot.Links) {
	if links == nil {
		return
	}
	policy := a.cfg.Policy()
	staff := func(at bot.Address) bool {
		of, ok := policy.AudienceOf(at.Platform, at.Workspace)
		return ok && of.Name == access.Staff || at.Platform == webPages // the operator chose the provider
	}
	a.identity = newIdentity(a.view, links, staff, a.log, time.Now)
	d.Asker = a.identity.asker
	if policy.Open() {
		return
	}
	a.guard = newGuard(policy, a.identity, a.view)
	d.Viewer, d.May, d.At = a.guard.viewer, a.guard.may, a.guard.at
}

// gate is the guard for the Mux; nil where everybody may everything.
func (s *service) gate() bot.Guard {
	if s.guard == nil {
		return nil
	}
	return s.guard
}

// ownViewer is on whose behalf this program's own pages, or programs that ask, are answered.
func (s *service) ownViewer(platform string, answers bool) catalog.Viewer {
	if s.guard == nil {
		return catalog.Viewer{}
	}
	return s.guard.pages(platform, answers)
}

// guarded are those in whose language questions are prepared for: the people of each audience, whom no rule names.
func (a *app) guarded() []catalog.Viewer {
	if a.guard == nil {
		return nil
	}
	out := []catalog.Viewer{a.guard.pages(api, true)}
	for _, of := range a.cfg.Audiences {
		for _, w := range of.Workspaces {
			out = append(out, a.guard.at(bot.Address{Platform: w.Platform, Workspace: w.ID}))
		}
	}
	return out
}

// linker has people prove who they are.
func (s *service) linker() *bot.Linker {
	state := s.base.state
	return bot.NewLinker(bot.LinkerConfig{Directory: s.identity, Links: state.Links, Drafts: state.Drafts, Now: time.Now, Random: rand.Reader})
}

// introduce tells the directory of people whom to ask about accounts, and the log what the pages show.
func (s *service) introduce() {
	if s.slack != nil {
		s.identity.accounts[s.slack.Name()] = s.slack
	}
	if s.discord != nil {
		s.identity.accounts[s.discord.Name()] = s.discord
	}
	if s.guard == nil {
		return
	}
	if s.discord != nil {
		s.guard.members[s.discord.Name()] = s.discord
	}
	if !s.cfg.Web.Auth.Open {
		return
	}
	if _, named := s.guard.policy.AudienceOf(webPages, ""); !named {
		s.log.Warn("the web view is in no audience: whoever reaches it sees what staff may see; name the workspace \"web\" in one to change that")
	}
}

// onceKnown has surfaces wait a moment until it is known who looks, as nobody waits for them.
func (s *service) onceKnown(all map[string]bot.Handler) map[string]bot.Handler {
	out := make(map[string]bot.Handler, len(all))
	for name, h := range all {
		out[name] = bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
			const most, every = 2 * time.Second, 50 * time.Millisecond
			for range int(most / every) {
				if s.identity.of(ev.Actor, ev.Address).told || !bot.Sleep(ctx, every) {
					break
				}
			}
			return h.Handle(ctx, ev)
		})
	}
	return out
}

// accountAnnotations are the annotations that name accounts, by platform.
func accountAnnotations() map[string][]string {
	return map[string][]string{"slack": slack.UserAnnotations(), "discord": discord.UserAnnotations()}
}

// joined is the entries of several tables.
func joined(tables ...map[string]bot.Handler) map[string]bot.Handler {
	out := map[string]bot.Handler{}
	for _, t := range tables {
		maps.Copy(out, t)
	}
	return out
}
