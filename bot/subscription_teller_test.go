package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// pressroom is a teller with all that is around it, and a platform that shows what is posted.
type pressroom struct {
	t      *testing.T
	now    time.Time
	state  bot.State
	sender *bot.Sender
	teller *bot.Teller
	shown  []string // what the platform was sent: thread, channel and text
	refuse error    // of the platform
	lose   bool     // the process dies before it knows that a post was handed over
	n      int
}

func newPressroom(t *testing.T, r bot.Rhythm) *pressroom {
	p := &pressroom{t: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), state: bot.NewMemoryState()}
	queue := job.NewMemory(func() time.Time { return p.now })
	p.sender = bot.NewSender(p.state.Outbox, queue, map[string]bot.Poster{"p": p}, func() time.Time { return p.now })
	p.teller = bot.NewTeller(bot.TellerConfig{State: p.state, Send: p.send, Compose: p.compose, Rhythm: r, Now: func() time.Time { return p.now }})
	p.sender.OnRefused(p.teller.Refused)
	return p
}

// Post implements bot.Poster.
func (p *pressroom) Post(_ context.Context, post bot.Post) (string, error) {
	if p.refuse != nil {
		return "", p.refuse
	}
	p.shown = append(p.shown, strings.Join(strings.Fields(post.To.Channel+" "+post.To.Thread+" "+card.Plain(post.Message)), " "))
	return fmt.Sprintf("m%d", len(p.shown)), nil
}

// Find implements bot.Poster.
func (p *pressroom) Find(context.Context, bot.Post) (string, bool, error) { return "", false, nil }

func (p *pressroom) send(ctx context.Context, post bot.Post) error {
	if err := p.sender.Send(ctx, post); err != nil {
		return err
	}
	payload, err := json.Marshal(post.Key)
	if err != nil {
		return err
	}
	_, err = p.sender.Work(ctx, job.Job{Request: job.Request{Payload: payload}})
	if p.lose {
		return fault.New(fault.Upstream, "the process is gone")
	}
	if job.IsPermanent(err) {
		return nil // the queue keeps it as failed
	}
	return err
}

// compose says the changes one after the other; "-" is nothing to say.
func (p *pressroom) compose(_ context.Context, b bot.Bulletin) (card.Message, bool) {
	var said []string
	for _, n := range b.News {
		if text := strings.Trim(string(n.Change), `"`); text != "-" {
			said = append(said, n.Subject+" "+text)
		}
	}
	text := strings.Join(said, ", ") + " " + string(b.Lang) + " " + b.Zone.String()
	return card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(text)}}}}, len(said) > 0
}

func (p *pressroom) subscribe(channel, subject, zone string) bot.Subscription {
	s := bot.Subscription{Address: bot.Address{Platform: "p", Workspace: "W", Channel: channel}, Subject: subject, Topic: "ownership", Lang: lang.English, Zone: zone, Since: p.now}
	_, err := p.state.Subscriptions.Put(p.t.Context(), s)
	p.must(err)
	return s
}

// news is something that changed about a subject, for the places that subscribe to it.
func (p *pressroom) news(subject, change string) {
	subs, err := p.state.Subscriptions.About(p.t.Context(), subject, "ownership")
	p.must(err)
	all, err := p.state.Watches.Subjects(p.t.Context())
	p.must(err)
	var w bot.Watch
	for _, one := range all {
		if one.Subject == subject {
			w = one
		}
	}
	w.Number++
	var news []bot.News
	for _, s := range subs {
		p.n++
		news = append(news, bot.News{ID: fmt.Sprintf("n%04d", p.n), To: s.Address, Subject: subject, Topic: "ownership", Change: json.RawMessage(`"` + change + `"`), Found: p.now})
	}
	ok, err := p.state.Watches.Advance(p.t.Context(), w, news)
	p.must(err)
	if !ok {
		p.t.Fatal("somebody else was quicker")
	}
}

func (p *pressroom) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// round tells what can be told after a while and returns what the platform was sent meanwhile.
func (p *pressroom) round(after time.Duration) []string {
	p.t.Helper()
	p.now = p.now.Add(after)
	before := len(p.shown)
	p.must(p.teller.Round(p.t.Context()))
	return p.shown[before:]
}

func (p *pressroom) want(got []string, want ...string) {
	p.t.Helper()
	if !slices.Equal(got, want) {
		p.t.Errorf("told %q, want %q", got, want)
	}
}

func TestTellerTellsOnceAndInThreads(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{})
	p.subscribe("C1", "a", "Asia/Shanghai")
	p.subscribe("C2", "a", "")
	p.subscribe("C1", "b", "")
	p.news("a", "one")
	p.want(p.round(0), "C1 a one en Asia/Shanghai", "C2 a one en UTC")
	p.want(p.round(time.Minute))
	p.news("a", "two")
	p.news("b", "one")
	p.want(p.round(time.Minute), "C1 m1 a two en Asia/Shanghai", "C2 m2 a two en UTC", "C1 b one en UTC")
	p.news("a", "three")
	p.want(p.round(40*24*time.Hour), "C1 a three en Asia/Shanghai", "C2 a three en UTC") // the thread is an old one
}

func TestTellerKeepsQuiet(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{QuietFrom: 20 * time.Hour, QuietTo: 8 * time.Hour})
	p.subscribe("C1", "a", "Asia/Shanghai") // it is 20:00 there
	p.subscribe("C2", "a", "Europe/Berlin") // and 13:00 here
	p.news("a", "one")
	p.want(p.round(0), "C2 a one en Europe/Berlin")
	p.news("a", "two")
	p.want(p.round(11*time.Hour + 59*time.Minute)) // 07:59 there, and night here
	p.want(p.round(time.Minute), "C1 a one, a two en Asia/Shanghai")
	p.want(p.round(8*time.Hour), "C2 m1 a two en Europe/Berlin")
}

func TestTellerCapsTheDay(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{Daily: 2, Digest: 9 * time.Hour})
	for _, s := range []string{"a", "b", "c", "d"} {
		p.subscribe("C1", s, "Europe/Berlin")
		p.news(s, "one")
	}
	p.want(p.round(0), "C1 a one en Europe/Berlin", "C1 b one en Europe/Berlin")
	p.news("a", "two")
	p.want(p.round(time.Hour))
	p.want(p.round(18 * time.Hour)) // 08:00 of the next day
	p.want(p.round(time.Hour), "C1 c one, d one, a two en Europe/Berlin")
	p.news("b", "two")
	p.news("c", "two")
	p.want(p.round(time.Hour), "C1 m2 b two en Europe/Berlin") // the digest was one of the two
}

func TestTellerJoinsManyAtOnce(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{Daily: 100})
	for i := range 6 {
		p.subscribe("C1", fmt.Sprint("s", i), "")
		p.news(fmt.Sprint("s", i), "one")
	}
	p.want(p.round(0), "C1 s0 one, s1 one, s2 one, s3 one, s4 one, s5 one en UTC")
	p.news("s0", "two")
	p.want(p.round(time.Minute), "C1 s0 two en UTC") // a digest begins no thread
}

func TestTellerDropsWhatNobodyWants(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{})
	muted, gone := p.subscribe("C1", "a", ""), p.subscribe("C2", "a", "")
	p.subscribe("C3", "a", "")
	p.news("a", "one")
	muted.Muted = true
	_, err := p.state.Subscriptions.Put(t.Context(), muted)
	p.must(err)
	_, err = p.state.Subscriptions.Remove(t.Context(), gone.Address, "a", "ownership")
	p.must(err)
	p.want(p.round(0), "C3 a one en UTC")
	p.news("a", "-")
	p.want(p.round(time.Minute))
	if left, err := p.state.News.Untold(t.Context(), 10); len(left) != 0 || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestTellerAfterACrash: whatever a process had begun is told once by the next.
func TestTellerAfterACrash(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{})
	p.subscribe("C1", "a", "")
	p.news("a", "one")
	p.lose = true
	if err := p.teller.Round(t.Context()); err == nil {
		t.Fatal("a round without an error")
	}
	p.want(p.shown, "C1 a one en UTC")
	p.lose = false
	p.news("a", "two")
	p.want(p.round(time.Minute), "C1 m1 a two en UTC")
	p.news("a", "three") // it was gathered, and the process died
	untold, err := p.state.News.Untold(t.Context(), 1)
	p.must(err)
	p.must(p.state.News.Bundle(t.Context(), "news:left", []string{untold[0].ID}))
	p.news("a", "four")
	p.want(p.round(time.Minute), "C1 m1 a three en UTC", "C1 m1 a four en UTC")
	p.want(p.round(time.Minute))
}

func TestTellerWhereNothingCanBeSaid(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{})
	p.subscribe("C1", "a", "")
	p.subscribe("C1", "b", "")
	p.subscribe("C2", "b", "")
	p.news("a", "one")
	p.refuse = fault.New(fault.NotFound, "the channel is archived")
	p.want(p.round(0))
	left, err := p.state.Subscriptions.Of(t.Context(), bot.Address{Platform: "p", Workspace: "W", Channel: "C1"})
	p.must(err)
	if others, err := p.state.Subscriptions.About(t.Context(), "b", "ownership"); len(left) != 0 || len(others) != 1 || err != nil {
		t.Errorf("left %v, elsewhere %v, %v", left, others, err)
	}
	p.refuse = nil
	p.news("b", "one")
	p.want(p.round(time.Minute), "C2 b one en UTC")
	p.refuse = fault.New(fault.Invalid, "a bad message")
	p.news("b", "two")
	p.want(p.round(time.Minute))
	p.refuse = nil
	p.news("b", "three")
	p.want(p.round(time.Minute), "C2 m1 b three en UTC")
}
