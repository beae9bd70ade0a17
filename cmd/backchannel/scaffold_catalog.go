package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/entity"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// madeCatalog is the catalog as runs of templates use it. It implements entity.Catalog.
type madeCatalog struct{ f *followed }

// registerFor bounds how long a step waits for an address to be read.
const registerFor = time.Minute

// Entity implements entity.Catalog: the asker sees what they see when they ask the bot directly.
func (m madeCatalog) Entity(_ context.Context, asker scaffold.Asker, ref catalog.Ref) (template.Value, bool, error) {
	e, ok := m.f.view(m.f.askerViewer(asker)).Entity(ref)
	if !ok {
		return template.Value{}, false, nil
	}
	v, err := template.ParseJSON(e.Document.JSON())
	return v, err == nil, err
}

// askerViewer is on whose behalf a run reads the catalog.
func (f *followed) askerViewer(asker scaffold.Asker) catalog.Viewer {
	actor, ok := actorByKey(asker.Actor)
	if f.guard == nil || !ok {
		return catalog.Viewer{}
	}
	return f.guard.at(actor.Direct())
}

// actorByKey reads bot.Actor.Key.
func actorByKey(key string) (bot.Actor, bool) {
	parts := strings.SplitN(key, ":", 3)
	if len(parts) != 3 {
		return bot.Actor{}, false
	}
	return bot.Actor{Platform: parts[0], Workspace: parts[1], ID: parts[2]}, true
}

// Register implements entity.Catalog: as the command register does, with what is there already read again.
func (m madeCatalog) Register(ctx context.Context, asker scaffold.Asker, address string) (entity.Registered, error) {
	ctx, cancel := context.WithTimeout(ctx, registerFor)
	defer cancel()
	trial, err := registrar(m).Try(ctx, address)
	if err != nil {
		return entity.Registered{}, err
	}
	out := entity.Registered{Location: trial.Location.Target, Already: trial.Configured}
	for _, file := range trial.Delta.Files {
		for _, e := range file.Entities {
			if !slices.Contains(out.Entities, e.Ref) {
				out.Entities = append(out.Entities, e.Ref)
			}
		}
	}
	if trial.Configured {
		return out, nil
	}
	if len(out.Entities) == 0 {
		return out, fault.New(fault.Invalid, "%s holds no entity", address)
	}
	l := trial.Location
	l.By, l.At = asker.Actor, time.Now()
	added, err := m.f.locations.Register(ctx, l)
	if err != nil {
		return out, fault.Wrap(fault.Upstream, err, "register %s", l.Origin)
	}
	out.Already = !added
	return out, onDemand{m.f}.Refresh(ctx, l.Origin, "")
}

// notifier tells people in their chats. It implements entity.Notifier.
type notifier struct{ f *followed }

// maxNotified bounds how many people one notification reaches.
const maxNotified = 200

// Notify implements entity.Notifier: whoever is named is told where they can be reached on the asker's platform, and a
// broadcast goes to the channel of results.
func (n notifier) Notify(ctx context.Context, m entity.Notification) error {
	actor, ok := actorByKey(m.From.Actor)
	if !ok {
		return fault.New(fault.Invalid, "nobody can be told from here")
	}
	at := bot.Address{Platform: actor.Platform, Workspace: actor.Workspace}
	var to []bot.Address
	if channel := n.f.cfg.Scaffold.Announce; m.Broadcast && channel != "" {
		to = append(to, bot.Address{Platform: at.Platform, Workspace: at.Workspace, Channel: bot.NamedChannel + strings.TrimPrefix(channel, bot.NamedChannel)})
	}
	for _, ref := range m.To {
		if ref == m.From.Ref {
			to = append(to, actor.Direct())
			continue
		}
		to = append(to, n.f.commands.WritableAt(at, ref)...)
	}
	if len(to) == 0 {
		return fault.New(fault.NotFound, "nobody of those who are to be told can be reached on %s", at.Platform)
	}
	msg := notification(m, pagesURL(n.f.cfg))
	for _, a := range to[:min(len(to), maxNotified)] {
		if err := n.f.places.send(ctx, bot.Post{Key: "notify:" + m.Key + ":" + a.Key(), To: a, Message: msg}); err != nil {
			return err
		}
	}
	return nil
}

// notification is what somebody is told, in the words of the template. base is where pages are, "" for nowhere: a link to
// one of them is left out then.
func notification(n entity.Notification, base string) card.Message {
	m := card.Message{Lang: lang.Of(n.Title), Blocks: []card.Block{card.Text{Spans: []card.Span{card.S(n.Title)}}}}
	if n.Info != "" {
		m.Blocks = append(m.Blocks, card.Text{Spans: []card.Span{card.T(n.Info)}})
	}
	link := n.Link
	if strings.HasPrefix(link, "/") {
		link = ""
		if base != "" {
			link = strings.TrimRight(base, "/") + n.Link
		}
	}
	if link != "" {
		m.Blocks = append(m.Blocks, card.Actions{Items: []card.Action{{Label: lang.Text(m.Lang, lang.ActOpen, nil), URL: link}}})
	}
	return m
}
