package plugins

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// CardStore keeps cards that were good once: a cache that replicas share and that outlives the process. It is safe for
// concurrent use.
type CardStore interface {
	// Card returns what was put under a key, nil for nothing.
	Card(ctx context.Context, plugin, key string) ([]byte, error)
	// PutCard keeps a card in the place of an older one; one that is not newer changes nothing.
	PutCard(ctx context.Context, plugin, key string, card []byte, at time.Time) error
	// Sweep forgets what was put before a time.
	bot.Sweeper
}

// keepWait is how long a card's way from and to the store may take besides.
const keepWait = 2 * time.Second

// storedCard is a card as it is kept.
type storedCard struct {
	Version string // of the plugin
	Message card.Message
	Sources []bot.Source
	AsOf    time.Time
	Made    time.Time
}

func (k cardKey) text() string { return k.View + " " + string(k.lang) + " " + k.entity.String() }

// kept reads a card that was good once, where memory has none or an old one.
func (r *Runner) kept(ctx context.Context, entry *Entry, key cardKey) (c Card, made time.Time, ok bool) {
	if r.o.Store == nil {
		return Card{}, time.Time{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, keepWait)
	defer cancel()
	data, err := r.o.Store.Card(ctx, entry.About.Name, key.text())
	if err != nil || len(data) == 0 {
		return Card{}, time.Time{}, false
	}
	var s storedCard
	now := r.o.Now()
	if json.Unmarshal(data, &s) != nil || s.Version != entry.About.Version || s.Made.After(now) {
		return Card{}, time.Time{}, false
	}
	c, err = Checked(Card{Message: s.Message, Sources: s.Sources, AsOf: s.AsOf}, key.lang, now, entry.Operations)
	return c, s.Made, err == nil
}

// keep keeps a good card. What cannot be kept is lost with the process, no more.
func (r *Runner) keep(ctx context.Context, entry *Entry, key cardKey, c Card, now time.Time) {
	if r.o.Store == nil {
		return
	}
	data, err := json.Marshal(storedCard{Version: entry.About.Version, Message: c.Message, Sources: c.Sources, AsOf: c.AsOf, Made: now})
	if err == nil {
		err = r.o.Store.PutCard(ctx, entry.About.Name, key.text(), data, now)
	}
	if err != nil {
		r.Gates.o.Log.Debug("a card is not kept", "plugin", entry.About.Name, "err", err)
	}
}
