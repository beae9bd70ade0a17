package slack

import (
	"container/list"
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/backchannel-portal/backchannel/bot"
)

// session is one Run: the handler and everything that Run starts.
type session struct {
	a       *Adapter
	ctx     context.Context // ends when everything is drained
	handler bot.Handler
	people  *people
	events  *bot.Lanes // events and presses, in order within a conversation
	out     *bot.Lanes // messages to send, in order within a channel
	asked   *bot.Lanes // slash commands over Socket Mode
	works   gate       // slash commands and long work under way
	threads *recent
	pace    *pacer
	rings   sync.Pool // of *renderer
}

func newSession(ctx context.Context, a *Adapter, h bot.Handler) *session {
	s := &session{
		a: a, ctx: ctx, handler: h,
		people:  newPeople(a.fetchPerson, a.deps.Now),
		events:  bot.NewLanes(a.tune.workers, a.tune.queue),
		out:     bot.NewLanes(a.tune.senders, a.tune.outbox),
		asked:   bot.NewLanes(a.tune.workers, a.tune.queue),
		threads: newRecent(10_000),
		pace:    newPacer(a.tune.perSecond, a.tune.burst),
	}
	s.rings.New = func() any { return &renderer{dst: make([]byte, 0, 4096)} }
	return s
}

// finish waits until what has begun is done and sent, each for at most the timeout.
func (s *session) finish(timeout time.Duration) {
	s.asked.Wait(timeout)
	s.events.Wait(timeout)
	s.works.close(timeout)
	s.out.Wait(timeout)
}

// recent is a bounded set of strings that forgets those longest not added.
type recent struct {
	mu    sync.Mutex
	size  int
	keys  map[string]*list.Element
	order *list.List
}

func newRecent(size int) *recent {
	return &recent{size: size, keys: map[string]*list.Element{}, order: list.New()}
}

func (r *recent) add(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if el, ok := r.keys[key]; ok {
		r.order.MoveToBack(el)
		return
	}
	if r.order.Len() >= r.size {
		delete(r.keys, r.order.Remove(r.order.Front()).(string))
	}
	r.keys[key] = r.order.PushBack(key)
}

func (r *recent) has(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.keys[key]
	return ok
}

// pacer keeps posts to a channel at the rate that Slack allows, about one a second with short bursts
// (docs.slack.dev/apis/web-api/rate-limits).
type pacer struct {
	mu       sync.Mutex
	rate     rate.Limit
	burst    int
	channels map[string]*rate.Limiter
}

// maxPaced bounds the pacer's table; beyond it, channels that have been quiet are forgotten.
const maxPaced = 4096

func newPacer(perSecond float64, burst int) *pacer {
	return &pacer{rate: rate.Limit(perSecond), burst: burst, channels: map[string]*rate.Limiter{}}
}

// wait returns when a message may be posted to the channel, or with the context's error.
func (p *pacer) wait(ctx context.Context, channel string) error {
	return p.limiter(channel).Wait(ctx)
}

func (p *pacer) limiter(channel string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l, ok := p.channels[channel]; ok {
		return l
	}
	if len(p.channels) >= maxPaced {
		for key, l := range p.channels {
			if l.Tokens() >= float64(p.burst) {
				delete(p.channels, key)
			}
		}
	}
	l := rate.NewLimiter(p.rate, p.burst)
	p.channels[channel] = l
	return l
}

// gate counts what is under way and can be closed.
type gate struct {
	mu     sync.Mutex
	n      int
	closed bool
	empty  chan struct{} // made by close
}

// enter reports whether the gate is open, and counts the caller, who must leave.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.n++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n--
	if g.closed && g.n == 0 {
		close(g.empty)
	}
}

// close lets nobody in any more and waits for those inside, at most for the timeout.
func (g *gate) close(timeout time.Duration) {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		g.empty = make(chan struct{})
		if g.n == 0 {
			close(g.empty)
		}
	}
	g.mu.Unlock()
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case <-g.empty:
	case <-t.C:
	}
}
