package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The shape of an export. It is for people and for whoever they hand it to, and names things as the handbook does.
type (
	exportedActor struct {
		User          string                 `json:"user"`
		Audit         []exportedRecord       `json:"audit"`
		Conversations []exportedConversation `json:"conversations"`
		Drafts        []exportedDraft        `json:"drafts"`
		Subscriptions []exportedSubscription `json:"subscriptions"`
		Feedback      []exportedFeedback     `json:"feedback"`
		Tasks         []exportedTask         `json:"tasks"` // long work that they began
		Runs          []exportedRun          `json:"runs"`  // of templates
		Locations     []exportedLocation     `json:"locations"`
		Sessions      []exportedSession      `json:"sessions"` // in the web view
		Link          *exportedLink          `json:"link,omitempty"`
		HomeTeam      string                 `json:"homeTeam,omitempty"` // that they chose for their home page
	}
	exportedTask struct {
		Key     string          `json:"key"`
		Channel string          `json:"channel"`
		About   json.RawMessage `json:"about,omitempty"`
		Begun   time.Time       `json:"begun"`
		Over    bool            `json:"over"`
	}
	exportedLink struct {
		Account string    `json:"account"`
		User    string    `json:"user"`
		By      string    `json:"by"` // the account from which it was proven
		Since   time.Time `json:"since"`
	}
	exportedSession struct {
		Name     string    `json:"name"`
		Email    string    `json:"email,omitempty"`
		User     string    `json:"user,omitempty"` // as the identity provider says
		Provider bool      `json:"provider"`       // signed in there; otherwise with a link from a chat
		Begun    time.Time `json:"begun"`
		Seen     time.Time `json:"seen"`
		Expires  time.Time `json:"expires"`
	}
	exportedRecord struct {
		ID       string    `json:"id"`
		Time     time.Time `json:"time"`
		Event    string    `json:"event"`
		What     string    `json:"what"`
		Channel  string    `json:"channel,omitempty"`
		Thread   string    `json:"thread,omitempty"`
		Intent   string    `json:"intent,omitempty"`
		Outcome  string    `json:"outcome,omitempty"`
		Entities []string  `json:"entities,omitempty"`
		Failure  string    `json:"failure,omitempty"`
		Decision string    `json:"decision,omitempty"` // which rule let it be, or not
		Took     string    `json:"took"`
	}
	exportedConversation struct {
		Key   string         `json:"key"`
		Turns []exportedTurn `json:"turns"`
	}
	exportedTurn struct {
		From     string    `json:"from"` // user or bot
		Text     string    `json:"text"`
		Entities []string  `json:"entities,omitempty"`
		At       time.Time `json:"at"`
	}
	exportedDraft struct {
		ID      string          `json:"id"`
		Form    string          `json:"form"`
		Values  card.Values     `json:"values,omitempty"`
		Data    json.RawMessage `json:"data,omitempty"`
		Expires time.Time       `json:"expires"`
	}
	exportedSubscription struct {
		Channel string    `json:"channel"`
		Thread  string    `json:"thread,omitempty"`
		Subject string    `json:"subject"`
		Topic   string    `json:"topic"`
		Since   time.Time `json:"since"`
	}
	exportedFeedback struct {
		Kind    string    `json:"kind"`
		Intent  string    `json:"intent"`
		Entity  string    `json:"entity,omitempty"`
		Fact    string    `json:"fact,omitempty"`
		Name    string    `json:"name,omitempty"`
		Meant   string    `json:"meant,omitempty"`
		Right   string    `json:"right,omitempty"`
		Request string    `json:"request,omitempty"`
		State   string    `json:"state"`
		At      time.Time `json:"at"`
	}
	exportedLocation struct {
		Target string    `json:"target"`
		At     time.Time `json:"at"`
	}
	exportedUser struct {
		User     string          `json:"user"`
		Location string          `json:"location,omitempty"`
		Entity   json.RawMessage `json:"entity,omitempty"`
		History  []exportedPast  `json:"history"`
		Links    []exportedLink  `json:"links,omitempty"`
	}
	exportedPast struct {
		Key   string    `json:"key"`
		Value string    `json:"value"`
		First time.Time `json:"first"`
		Last  time.Time `json:"last,omitzero"`
	}
)

func (p *privacy) exportActor(ctx context.Context, a bot.Actor) (any, error) {
	out := exportedActor{
		User: a.Key(), Audit: []exportedRecord{}, Conversations: []exportedConversation{}, Drafts: []exportedDraft{},
		Subscriptions: []exportedSubscription{}, Feedback: []exportedFeedback{}, Tasks: []exportedTask{}, Runs: []exportedRun{}, Locations: []exportedLocation{}, Sessions: []exportedSession{},
	}
	records, at, err := p.kept(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		out.Audit = append(out.Audit, exportedRecord{
			ID: r.ID, Time: r.Time, Event: r.Event, What: r.What, Channel: r.Address.Channel, Thread: r.Address.Thread,
			Intent: r.Answer.Intent, Outcome: string(r.Answer.Outcome), Entities: r.Answer.Entities, Failure: r.Failure,
			Decision: r.Decision, Took: r.Took.String(),
		})
	}
	traces, err := p.state.Traces.Of(ctx, a, at)
	if err != nil {
		return nil, err
	}
	for _, c := range traces.Conversations {
		conv := exportedConversation{Key: c.Key}
		for _, turn := range c.Turns {
			from := "user"
			if turn.FromBot {
				from = "bot"
			}
			conv.Turns = append(conv.Turns, exportedTurn{From: from, Text: turn.Text, Entities: turn.Entities, At: turn.At})
		}
		out.Conversations = append(out.Conversations, conv)
	}
	for _, d := range traces.Drafts {
		out.Drafts = append(out.Drafts, exportedDraft{d.ID, d.Form, d.Values, d.Data, d.Expires})
	}
	if out.Runs, err = p.exportRuns(ctx, a.Key()); err != nil {
		return nil, err
	}
	for _, s := range traces.Subscriptions {
		out.Subscriptions = append(out.Subscriptions, exportedSubscription{s.Address.Channel, s.Address.Thread, s.Subject, s.Topic, s.Since})
	}
	for _, f := range traces.Feedback {
		out.Feedback = append(out.Feedback, exportedFeedback{string(f.Kind), f.Intent, f.Entity, f.Fact, f.Name, f.Meant, f.Right, f.Request, string(f.State), f.At})
	}
	for _, t := range traces.Tasks {
		out.Tasks = append(out.Tasks, exportedTask{t.Key, t.Address.Channel, t.Data, t.Begun, t.Over})
	}
	sessions, err := p.state.SessionBook.Of(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, s := range sessions {
		out.Sessions = append(out.Sessions, exportedSession{s.Name, s.Email, s.User, s.IDToken != "", s.Begun, s.Seen, s.Expires})
	}
	link, err := p.state.Links.Of(ctx, a)
	switch {
	case err == nil:
		exported := exportLink(link)
		out.Link = &exported
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	bound, err := p.state.Bindings.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range bound {
		if b.Address == bot.HomeOf(a) {
			out.HomeTeam = b.Entity
		}
	}
	locations, err := p.registeredBy(ctx, a.Key())
	for _, l := range locations {
		out.Locations = append(out.Locations, exportedLocation{l.Target, l.At})
	}
	return out, err
}

func exportLink(l bot.Link) exportedLink {
	return exportedLink{Account: l.Actor.Key(), User: l.User, By: l.By.Key(), Since: l.Since}
}

func (p *privacy) exportUser(ctx context.Context, ref catalog.Ref) (any, error) {
	e, err := p.entity(ctx, ref)
	if err != nil {
		return nil, err
	}
	past, err := p.catalog.History(ctx, ref)
	if err != nil {
		return nil, err
	}
	links, err := p.state.Links.About(ctx, ref.String())
	if err != nil {
		return nil, err
	}
	if e == nil && len(past)+len(links) == 0 {
		return nil, fault.New(fault.NotFound, "nothing is kept about %s", ref)
	}
	out := exportedUser{User: ref.String(), History: []exportedPast{}}
	for _, l := range links {
		out.Links = append(out.Links, exportLink(l))
	}
	if e != nil {
		out.Location, out.Entity = e.Source.Location, e.Document.JSON()
	}
	for _, v := range past {
		out.History = append(out.History, exportedPast{v.Key, v.Value, v.First, v.Last})
	}
	return out, nil
}
