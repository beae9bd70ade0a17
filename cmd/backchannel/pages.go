package main

import (
	"context"
	"net/netip"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
)

// pages is the web view and the API.
func (s *service) pages() (*web.Web, error) {
	var proxies []netip.Prefix
	for _, p := range s.cfg.Web.TrustedProxies {
		proxies = append(proxies, p.Prefix())
	}
	mermaid, err := mermaid(s.cfg)
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{
		Organization: s.cfg.Organization,
		BaseURL:      s.cfg.Web.BaseURL,
		View:         func() search.View { return s.view(s.nobody()) },
		Admit:        s.admitted(),
		Chat:         s.mux,
		Tokens:       s.tokens,
		Ask:          s.askProgram,
		Allow:        s.allowProgram,
		Proxies:      proxies,
		Docs:         s.library,
		Frames:       s.cfg.Docs.Frames,
		Mermaid:      mermaid,
		Plugins:      s.plugins,
		Views:        s.plug.views,
		Worst:        s.worst,
		Forms:        s.webForms(),
		Runs:         runPages{s},
		Begin:        beginNew,
		Outdated:     commands.Outdated,
		Examples:     s.commands.Examples,
		Log:          s.log,
	})
}

// api is the platform of programs that ask, as metrics and audit name it.
const api = "api"

// askProgram answers POST /api/ask, which passes by the mux because it brings its own thread; metrics and audit hear
// of it all the same.
func (s *service) askProgram(ctx context.Context, q web.Question) (bot.Answer, card.Message) {
	start := time.Now()
	asked := s.question(q)
	asked.Viewer, asked.Asker = s.program(ctx)
	answer, message := s.commands.AskWaiting(ctx, asked, askPatience)
	s.seen.Observe(bot.Entry{
		Time: start, Actor: caller(ctx), Address: bot.Address{Platform: api}, What: "question",
		Answer: answer, Took: time.Since(start),
	})
	return answer, message
}

// allowProgram keeps the limits of the mux for POST /api/ask: a client is an actor, and all of them one workspace.
func (s *service) allowProgram(client string) bool {
	if s.mux.Allow(bot.Actor{Platform: api, Workspace: api, ID: client}) {
		return true
	}
	s.seen.Observe(bot.Entry{Time: time.Now(), Actor: bot.Actor{Platform: api}, Address: bot.Address{Platform: api}, What: "limited", Limited: true})
	return false
}
