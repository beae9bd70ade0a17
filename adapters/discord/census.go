package discord

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/backchannel-portal/backchannel/bot"
)

// Over HTTP Discord tells of no guilds. Which ones the bot is in is asked for every now and then; one that is missing
// twice in a row is one that the bot was removed from.

// The pages of the list of guilds, and how many are read at the most.
const (
	guildsPage  = 200
	guildsPages = 100
)

// census compares the guilds that the bot is in with those that were known.
func (s *session) census(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.a.tune.dial)
	defer cancel()
	s.a.guilds.load(ctx, s.a.deps.Installations)
	all, err := s.a.api.guilds(ctx)
	if err != nil {
		return err
	}
	for _, gone := range s.a.guilds.census(all) {
		s.a.directory.forgetGuild(gone)
		s.lifecycle(bot.Address{Platform: platform, Workspace: gone}, bot.Removed, "")
	}
	for _, g := range all {
		if s.a.guilds.see(g.ID) {
			s.lifecycle(bot.Address{Platform: platform, Workspace: g.ID}, bot.Installed, g.Name)
		}
	}
	return nil
}

// census returns the known guilds that are missing for the second time.
func (g *guilds) census(all []guildPart) (gone []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	there := map[string]bool{}
	for _, part := range all {
		there[part.ID] = true
		if g.blind {
			g.known[part.ID] = true
		}
	}
	g.blind = false
	missing := map[string]bool{}
	for id := range g.known {
		switch {
		case there[id]:
		case g.missing[id]:
			gone = append(gone, id)
			delete(g.known, id)
		default:
			missing[id] = true
		}
	}
	g.missing = missing
	return gone
}

// guilds lists those that the bot is in (docs.discord.com/developers/resources/user#get-current-user-guilds).
func (a *api) guilds(ctx context.Context) ([]guildPart, error) {
	var all []guildPart
	after := ""
	for range guildsPages {
		query := url.Values{"limit": {strconv.Itoa(guildsPage)}}
		if after != "" {
			query.Set("after", after)
		}
		var page []guildPart
		if err := a.call(ctx, request{method: http.MethodGet, path: "/users/@me/guilds?" + query.Encode(), bucket: "guilds", repeatable: true, out: &page}); err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < guildsPage {
			break
		}
		after = page[len(page)-1].ID
	}
	return all, nil
}
