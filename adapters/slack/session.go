package slack

import (
	"container/list"
	"context"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/backchannel-portal/backchannel/bot"
)

// session is one Run: the handler and everything that Run starts.
type session struct {
	a       *Adapter
	ctx     context.Context // ends when everything is drained
	in      *bot.Intake
	app     *slackapi.Client // with the app's own token, for Socket Mode
	people  *people
	rooms   *rooms
	asked   *bot.Lanes // slash commands over Socket Mode
	threads *recent
	rings   sync.Pool // of *renderer
	alarms  alarms    // of slash commands
}

func newSession(ctx context.Context, a *Adapter, h bot.Handler) *session {
	s := &session{
		a: a, ctx: ctx,
		in: bot.NewIntake(ctx, bot.IntakeConfig{
			Platform: platform, Handler: h, Inbox: a.deps.Inbox, Log: a.deps.Log, Now: a.deps.Now,
			Patience: intakeTimeout, Workers: a.tune.workers, Queue: a.tune.queue,
		}),
		app:     newAPI(a.cfg, "", &throttle{now: time.Now, until: map[string]time.Time{}}, a.deps.HTTP),
		people:  newPeople(a.fetchPerson, a.deps.Now),
		rooms:   newRooms(a.fetchRoom, a.deps.Now),
		asked:   bot.NewLanes(a.tune.workers, a.tune.queue),
		threads: newRecent(10_000),
	}
	s.rings.New = func() any { return &renderer{dst: make([]byte, 0, 4096)} }
	return s
}

// finish waits until what has begun is done and sent, each for at most the timeout.
func (s *session) finish(timeout time.Duration) {
	s.asked.Wait(timeout)
	s.in.Finish(timeout)
	s.a.tenants.each(func(t *tenant) { t.out.Wait(timeout) })
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
