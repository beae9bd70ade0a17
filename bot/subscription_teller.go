package bot

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Bulletin is what one post at a place is to tell.
type Bulletin struct {
	To   Address
	By   Address // of who reads it: To, or in a direct message the person's; what they may see is told
	Lang lang.Lang
	Zone *time.Location
	News []News // in the order in which they were found; of several subjects it is a digest
}

// Compose makes the message of a bulletin for those who read it at its place. It reports false when there is nothing
// to say: what changed is as it was, or may not be seen there.
type Compose func(ctx context.Context, b Bulletin) (card.Message, bool)

// TellerConfig is what a Teller needs; all of it is required but Log and Known.
type TellerConfig struct {
	State   State
	Send    func(context.Context, Post) error // Sender.Send
	Compose Compose
	Rhythm  Rhythm
	Log     *slog.Logger
	Now     func() time.Time
	// Known reports whether it is known who reads what is posted to a place, and with that what they may see. What
	// there is to tell waits for it, for a while. It does not block; nil: it always is.
	Known func(Address) bool
}

// Teller tells subscribers what is new: in their rhythm, each change once, grouped by subject. News that a crash left
// behind half told are told by the same post, which the outbox knows.
type Teller struct {
	cfg     TellerConfig
	unknown map[Address]time.Time // since when it is not known who reads at a place; of the goroutine that makes rounds
}

// NewTeller returns a teller.
func NewTeller(cfg TellerConfig) *Teller {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Teller{cfg, map[Address]time.Time{}}
}

// The bounds of a round.
const (
	newsBatch     = 5000                // news looked at
	threadsFor    = 30 * 24 * time.Hour // how long posts about a subject go below the first one
	waitForThread = time.Hour           // how long a post waits for the first one to be sent
	waitForReader = time.Hour           // how long news wait until it is known who reads them
)

// newsKey begins the keys of posts that tell news.
const newsKey = "news:"

// Round tells what can be told now. One is made at a time.
func (t *Teller) Round(ctx context.Context) error {
	untold, err := t.cfg.State.News.Untold(ctx, newsBatch)
	if err != nil || len(untold) == 0 {
		return err
	}
	for _, at := range placesOf(untold) {
		mine := slices.DeleteFunc(slices.Clone(untold), func(n News) bool { return n.To != at || n.Post != "" })
		if err := t.gather(ctx, at, mine); err != nil {
			return err
		}
	}
	if untold, err = t.cfg.State.News.Untold(ctx, newsBatch); err != nil { // as the store knows it, whoever gathered it
		return err
	}
	posts := map[string][]News{}
	var order []string
	for _, n := range untold {
		if n.Post == "" {
			continue
		}
		if posts[n.Post] == nil {
			order = append(order, n.Post)
		}
		posts[n.Post] = append(posts[n.Post], n)
	}
	for _, key := range order {
		if err := t.tell(ctx, key, posts[key]); err != nil {
			return err
		}
	}
	return nil
}

func placesOf(news []News) []Address {
	var out []Address
	seen := map[Address]bool{}
	for _, n := range news {
		if !seen[n.To] {
			seen[n.To] = true
			out = append(out, n.To)
		}
	}
	return out
}

// gather decides which of the news that wait at a place are told now, and by which posts.
func (t *Teller) gather(ctx context.Context, at Address, waiting []News) error {
	if len(waiting) == 0 {
		return nil
	}
	subs, err := t.subscriptions(ctx, at)
	if err != nil {
		return err
	}
	now := t.cfg.Now()
	var awake []News
	var unwanted []string
	var zone *time.Location
	for _, n := range waiting {
		s, ok := subs[[2]string{n.Subject, n.Topic}]
		if !ok || s.Muted {
			unwanted = append(unwanted, n.ID)
			continue
		}
		z := t.cfg.Rhythm.zone(s.Zone)
		if !t.cfg.Rhythm.quiet(now.In(z)) {
			awake, zone = append(awake, n), cmp.Or(zone, z)
		}
	}
	if len(unwanted) > 0 {
		if err := t.cfg.State.News.Drop(ctx, unwanted); err != nil {
			return err
		}
	}
	if len(awake) == 0 {
		return nil
	}
	now = now.In(zone)
	told, err := t.cfg.State.NewsLog.Posts(ctx, at, midnight(now, 1))
	if err != nil {
		return err
	}
	for _, b := range t.cfg.Rhythm.plan(now, awake, told) {
		if err := t.cfg.State.News.Bundle(ctx, newsKey+NewID(now), b.ids()); err != nil {
			return err
		}
	}
	return nil
}

func (t *Teller) subscriptions(ctx context.Context, at Address) (map[[2]string]Subscription, error) {
	all, err := t.cfg.State.Subscriptions.Of(ctx, at)
	out := make(map[[2]string]Subscription, len(all))
	for _, s := range all {
		out[[2]string{s.Subject, s.Topic}] = s
	}
	return out, err
}

// tell hands one post to the outbox and notes that.
func (t *Teller) tell(ctx context.Context, key string, news []News) error {
	at := news[0].To
	subs, err := t.subscriptions(ctx, at)
	if err != nil {
		return err
	}
	first := subs[[2]string{news[0].Subject, news[0].Topic}]
	l, reader := first.Lang, at
	if l == "" {
		l = lang.English
	}
	if first.Direct {
		reader = first.Reader()
	}
	if !t.known(reader) {
		return nil
	}
	m, ok := t.cfg.Compose(ctx, Bulletin{To: at, By: reader, Lang: l, Zone: t.cfg.Rhythm.zone(first.Zone), News: news})
	if !ok {
		ids := bundle{news: news}.ids()
		return t.cfg.State.News.Drop(ctx, ids)
	}
	if groups := bySubject(news); len(groups) == 1 {
		thread, later, err := t.thread(ctx, at, news[0].Subject)
		if err != nil || later {
			return err
		}
		at.Thread = thread
	}
	if err := t.cfg.Send(ctx, Post{Key: key, To: at, Message: m}); err != nil {
		return err
	}
	return t.cfg.State.News.Told(ctx, key, t.cfg.Now())
}

// known reports whether it is known who reads at a place, or has not been found out for long enough.
func (t *Teller) known(at Address) bool {
	if t.cfg.Known == nil || t.cfg.Known(at) {
		delete(t.unknown, at)
		return true
	}
	since, waits := t.unknown[at]
	if !waits {
		since = t.cfg.Now()
		t.unknown[at] = since
	}
	return t.cfg.Now().Sub(since) >= waitForReader
}

// thread is the thread that a post about a subject belongs to: below the last one that began one, "" for none. later
// says that this one is still on its way.
func (t *Teller) thread(ctx context.Context, at Address, subject string) (thread string, later bool, err error) {
	now := t.cfg.Now()
	told, err := t.cfg.State.NewsLog.Posts(ctx, at, now.Add(-threadsFor))
	if err != nil {
		return "", false, err
	}
	for _, p := range slices.Backward(told) {
		if p.Subject != subject {
			continue
		}
		post, err := t.cfg.State.Outbox.Get(ctx, p.Key)
		switch {
		case fault.Is(err, fault.NotFound):
			continue
		case err != nil:
			return "", false, err
		case post.To.Thread != "" || post.State == Unsendable:
			continue
		case post.State == Unsent:
			return "", now.Sub(post.Added) < waitForThread, nil
		}
		return post.ID, false, nil
	}
	return "", false, nil
}

// Refused is for the Sender: it hears of posts that a platform refuses for good. Where no news can be told any more
// nothing is subscribed to any more; where only the thread is gone the news begin another one.
func (t *Teller) Refused(ctx context.Context, p Post, why error) {
	if !strings.HasPrefix(p.Key, newsKey) || fault.Is(why, fault.Invalid) {
		return
	}
	if p.To.Thread != "" {
		again := Post{Key: p.Key + ":again", To: p.To.Place(), Message: p.Message}
		if err := t.cfg.Send(ctx, again); err != nil {
			t.cfg.Log.Warn("news could not be told outside of their thread", "post", p.Key, "err", err)
		}
		return
	}
	n, err := t.cfg.State.Subscriptions.End(ctx, p.To.Platform, p.To.Workspace, p.To.Channel)
	t.cfg.Log.Info("subscriptions have ended where nothing can be said any more", "platform", p.To.Platform, "workspace", p.To.Workspace,
		"channel", p.To.Channel, "subscriptions", n, "why", why, "err", err)
}
