package commands

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// seen is what a topic saw of a subject. A team stands for what it owns.
type seen struct {
	Of    []string          `json:",omitempty"` // entities, in order; a subject that is not there has none
	Items map[string][]Item `json:",omitempty"` // by entity; those without any are left out
}

// maxOfTeam bounds how much of what a team owns is watched.
const maxOfTeam = 2000

// looking is the catalog as it is now. What is wrong with the data is found out once, if a topic asks.
func (c *Commands) looking(ctx context.Context) *Looking {
	view := c.deps.View(catalog.Viewer{})
	return &Looking{View: view, quality: sync.OnceValue(func() *quality.Report { return c.Quality(ctx, view) })}
}

// look returns the state that follows a watch's.
func (c *Commands) look(at *Looking, w bot.Watch) (bot.Watch, error) {
	ref, err := catalog.ParseRef(w.Subject, "", "")
	if err != nil {
		return w, err
	}
	now := c.see(at, c.topic(w.Topic), ref)
	data, err := json.Marshal(now)
	w.Seen, w.Number, w.Generation = data, w.Number+1, uint64(at.View.Generation())
	return w, fault.Wrap(fault.Internal, err, "what is seen of %s", w.Subject)
}

// see looks at a subject.
func (c *Commands) see(at *Looking, topic Topic, ref catalog.Ref) seen {
	out := seen{Items: map[string][]Item{}}
	if _, ok := at.View.Entity(ref); !ok || topic == nil {
		return out
	}
	refs := []catalog.Ref{ref}
	if ref.Kind == "group" {
		refs = targets(at.View, ref, "ownerOf")
		refs = refs[:min(len(refs), maxOfTeam)]
	}
	for _, r := range refs {
		e, ok := at.View.Entity(r)
		if !ok {
			continue
		}
		out.Of = append(out.Of, r.String())
		if items := topic.Look(at, e); len(items) > 0 {
			out.Items[r.String()] = items
		}
	}
	return out
}

// WatchSubscriptions looks at everything that is subscribed to and keeps what is new as news for its subscribers. It
// goes on from what was seen last, whoever looked then, so that nothing that happened in between is missed, and nothing
// is told twice. One process at a time should do it; where two do, one of them wins. It returns how many changes it
// found.
func (c *Commands) WatchSubscriptions(ctx context.Context) (int, error) {
	d := c.deps.Subscriptions
	if d == nil {
		return 0, nil
	}
	all, err := d.Watches.Subjects(ctx)
	if err != nil {
		return 0, err
	}
	at, found := c.looking(ctx), 0
	_, away := c.cap.OnCall.All(ctx, c.deps.Now()) // then nothing tells who has no schedule
	for _, w := range all {
		topic := c.topic(w.Topic)
		if away != nil && w.Topic == TopicProblems {
			continue
		}
		if topic == nil || w.Generation > uint64(at.View.Generation()) { // somebody else sees further
			continue
		}
		n, err := c.watch(ctx, at, topic, w)
		if err != nil {
			return found, err
		}
		found += n
	}
	if len(all) == 0 {
		_, err = d.Watches.Forget(ctx)
	}
	return found, err
}

// watch looks at one subject.
func (c *Commands) watch(ctx context.Context, at *Looking, topic Topic, w bot.Watch) (int, error) {
	next, err := c.look(at, w)
	if err != nil {
		return 0, nil // a subject that is no reference is never found changed
	}
	if w.Number == 0 {
		_, err := c.deps.Subscriptions.Watches.Advance(ctx, next, nil)
		return 0, err
	}
	var was, now seen
	if err := json.Unmarshal(w.Seen, &was); err != nil { // another version's: begin anew
		_, err := c.deps.Subscriptions.Watches.Advance(ctx, next, nil)
		return 0, err
	}
	if err := json.Unmarshal(next.Seen, &now); err != nil {
		return 0, fault.Wrap(fault.Internal, err, "what is seen of %s", w.Subject)
	}
	ref, _ := catalog.ParseRef(w.Subject, "", "")
	changes := c.changes(ctx, at, topic, ref, was, now)
	if len(changes) == 0 {
		if !slices.Equal(was.Of, now.Of) { // what a team owns, where that is no news itself
			_, err = c.deps.Subscriptions.Watches.Advance(ctx, next, nil)
		}
		return 0, err
	}
	news, err := c.newsOf(ctx, next, changes)
	if err != nil {
		return 0, err
	}
	advanced, err := c.deps.Subscriptions.Watches.Advance(ctx, next, news)
	if !advanced {
		return 0, err
	}
	return len(changes), err
}

// changes compares what was with what is. Of a team, what comes to it or leaves it is news of its ownership only.
func (c *Commands) changes(ctx context.Context, at *Looking, topic Topic, subject catalog.Ref, was, now seen) []Change {
	var out []Change
	team := subject.Kind == "group"
	for _, name := range both(was.Of, now.Of) {
		before, after := slices.Contains(was.Of, name), slices.Contains(now.Of, name)
		ref, err := catalog.ParseRef(name, "", "")
		if err != nil || team && before != after && topic.Name() != TopicOwnership {
			continue
		}
		items := now.Items[name]
		e, there := at.View.Entity(ref)
		switch {
		case before && !there:
			out = append(out, Change{Entity: name, Gone: true})
			continue
		case !team && !before:
			out = append(out, c.placed(ctx, Change{Entity: name, Back: true}, e, ""))
			continue
		case team && !after: // it belongs to somebody else now
			items = topic.Look(at, e)
		}
		for _, ch := range between(name, was.Items[name], items) {
			out = append(out, c.placed(ctx, ch, e, topic.Name()))
		}
	}
	return out
}

// both are the names of two lists, each once.
func both(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// between are the changes from the items that an entity had to those it has.
func between(entity string, was, now []Item) []Change {
	var out []Change
	value := func(items []Item, key string) (Item, bool) {
		i := slices.IndexFunc(items, func(x Item) bool { return x.Key == key })
		if i < 0 {
			return Item{}, false
		}
		return items[i], true
	}
	for _, old := range was {
		if next, _ := value(now, old.Key); next.Value != old.Value {
			out = append(out, Change{Entity: entity, Key: old.Key, From: old.Value, To: next.Value, Where: next.Where, Line: next.Line})
		}
	}
	for _, next := range now {
		if _, known := value(was, next.Key); !known {
			out = append(out, Change{Entity: entity, Key: next.Key, To: next.Value, Where: next.Where, Line: next.Line})
		}
	}
	return out
}

// placed says where a change stands and since when it is so: where the entity is described, unless its topic knows
// better, and since the store first saw it.
func (c *Commands) placed(ctx context.Context, ch Change, e *catalog.Entity, topic string) Change {
	if ch.Where == "" {
		ch.Where, ch.Line = e.Source.Location, e.Source.Line
	}
	d := c.deps.Subscriptions
	if d.Commit != nil && ch.Where == e.Source.Location {
		ch.Commit = d.Commit(e.Source)
	}
	ch.Since = c.deps.Now().Unix()
	key := map[string]string{TopicOwnership: "owner", TopicLifecycle: "lifecycle"}[topic]
	if d.History == nil || key == "" {
		return ch
	}
	past, err := d.History.History(ctx, e.Ref)
	if err != nil { // it is told all the same
		return ch
	}
	var began time.Time
	for _, p := range past {
		if p.Producer != "" || p.Key != key {
			continue
		}
		if p.Last.IsZero() {
			began = p.First
		} else if ch.From == "" && ch.To != "" && p.Value != ch.To {
			ch.From = p.Value // of a thing that came to a team: what it was before
		}
	}
	if !began.IsZero() {
		ch.Since = began.Unix()
	}
	return ch
}

// newsOf are changes for everybody who hears of them.
func (c *Commands) newsOf(ctx context.Context, w bot.Watch, changes []Change) ([]bot.News, error) {
	data, err := json.Marshal(changes)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "write changes")
	}
	subs, err := c.deps.Subscriptions.Store.About(ctx, w.Subject, w.Topic)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(subs, func(a, b bot.Subscription) int { return cmp.Compare(a.Address.Key(), b.Address.Key()) })
	now := c.deps.Now()
	var out []bot.News
	for _, s := range subs {
		if !s.Muted {
			out = append(out, bot.News{ID: bot.NewID(now), To: s.Address.Place(), Subject: w.Subject, Topic: w.Topic, Change: data, Found: now})
		}
	}
	return out, nil
}
