package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Follow shows a task in one message that is kept up to date until the task is over, by whichever replica is there.
// A handler sets Key and Answer, and Private for a message that is for the actor alone; the Mux fills in the rest.
type Follow struct {
	Key     string
	Answer  Answer
	Private bool

	// Now is the message as the task stands.
	Now card.Message
	// Shown is what an adapter calls when it has shown Now, so that the message is followed from then on. Address and
	// Message say where it is; Secret is what editing it takes besides, if anything.
	Shown func(ctx context.Context, at Follower) error
	// Watch is for surfaces that wait for an answer: it shows the message anew whenever the task has come further,
	// until it is over or ctx is done.
	Watch func(ctx context.Context, show func(card.Message)) error
}

func (Follow) reply() {}

// Editor changes messages of ours on one platform.
type Editor interface {
	// Edit puts a message in the place of a followed one. Errors of kind NotFound say that it is gone, of kind
	// Forbidden and Invalid that it cannot be changed any more.
	Edit(ctx context.Context, f Follower, m card.Message) error
}

// EditLimiter is an Editor on whose platform some messages can be edited only a few times.
type EditLimiter interface {
	// Edits is how often a message can be edited; 0: as often as needed.
	Edits(f Follower) int
}

// TaskCard is the message that shows a task of one kind, with all its events so far.
type TaskCard func(ctx context.Context, t Task, log []TaskEvent, l lang.Lang) card.Message

// TaskRest reports whether nothing happens to a task until somebody says a word; see Follows.Note and Follows.Go.
type TaskRest func(t Task, log []TaskEvent) bool

// FollowConfig is what Follows needs. Tasks, Followers and Queue are required.
type FollowConfig struct {
	Tasks     Tasks
	Followers Followers
	Queue     job.Queue
	Cards     map[string]TaskCard // by kind of task
	Rests     map[string]TaskRest // by kind of task; those of other kinds never rest. A task that rests takes no job
	Editors   map[string]Editor   // by platform
	// Send sends the end of a task whose message can no longer be edited; nil: nothing does.
	Send func(context.Context, Post) error
	Log  *slog.Logger
	Now  func() time.Time
	// Every is how often a log is looked at, Pause the least time between two edits of a message, and Patience how long
	// the end of a task is tried to be shown. Zero: defaultEvery, defaultPause and defaultPatience.
	Every, Pause, Patience time.Duration
}

const (
	defaultEvery    = 500 * time.Millisecond
	defaultPause    = 2 * time.Second
	defaultPatience = 10 * time.Minute
)

// Follows begins tasks, and shows in the messages that follow them how far they have come.
type Follows struct{ cfg FollowConfig }

// NewFollows returns one; Jobs has the work it does in the background.
func NewFollows(cfg FollowConfig) *Follows {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&cfg.Every, defaultEvery}, {&cfg.Pause, defaultPause}, {&cfg.Patience, defaultPatience}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	return &Follows{cfg: cfg}
}

// TaskJobs is the kind of job that does tasks of a kind, for job.Config; see TaskHandler.
func TaskJobs(kind string) string { return "task." + kind }

// taskAttempts is how often a task's job is begun: processes may come and go while it runs.
const taskAttempts = 20

// Start begins a task that an event asks for and has its job done, and returns its key.
func (f *Follows) Start(ctx context.Context, kind string, data json.RawMessage, ev *Event) (string, error) {
	t, err := f.begin(ctx, kind, data, ev)
	if err != nil {
		return "", err
	}
	if err := f.do(ctx, t); err != nil {
		return t.Key, err
	}
	return t.Key, f.enqueue(ctx, t.Key, ev.Locale)
}

// Since reads a task and its log, as Tasks.Since does.
func (f *Follows) Since(ctx context.Context, key string, n int64) (Task, []TaskEvent, error) {
	return f.cfg.Tasks.Since(ctx, key, n)
}

// Cancel asks a task to end, as Tasks.Cancel does.
func (f *Follows) Cancel(ctx context.Context, key string) (bool, error) {
	asked, err := f.cfg.Tasks.Cancel(ctx, key)
	if err != nil || !asked {
		return asked, err
	}
	return true, f.awake(ctx, key)
}

// Card is a task as it stands now.
func (f *Follows) Card(ctx context.Context, key string, l lang.Lang) (card.Message, error) {
	v := view{f: f, key: key}
	if err := v.read(ctx); err != nil {
		return card.Message{}, err
	}
	return v.card(ctx, l)
}

// open fills in a reply of a handler.
func (f *Follows) open(ctx context.Context, ev *Event, r Follow) (Reply, error) {
	l := r.Answer.Lang
	if l == "" {
		l = ev.Locale
	}
	var err error
	if r.Now, err = f.Card(ctx, r.Key, l); err != nil {
		return nil, err
	}
	r.Shown = func(ctx context.Context, at Follower) error {
		at.Key, at.Lang, at.Since = r.Key, l, f.cfg.Now()
		if err := f.cfg.Followers.Follow(ctx, at); err != nil {
			return err
		}
		return f.enqueue(ctx, r.Key, l)
	}
	r.Watch = func(ctx context.Context, show func(card.Message)) error { return f.watch(ctx, r.Key, l, show) }
	return r, nil
}

// watch shows a task until it is over.
func (f *Follows) watch(ctx context.Context, key string, l lang.Lang, show func(card.Message)) error {
	v := view{f: f, key: key}
	for seen := (mark{}); ; {
		if err := v.read(ctx); err != nil {
			return err
		}
		if v.mark() != seen {
			seen = v.mark()
			m, err := v.card(ctx, l)
			if err != nil {
				return err
			}
			show(m)
		}
		if v.task.Over {
			return nil
		}
		if !Sleep(ctx, f.cfg.Every) {
			return ctx.Err()
		}
	}
}

// view is a task as far as it was read.
type view struct {
	f    *Follows
	key  string
	task Task
	log  []TaskEvent
}

// mark is a state of a task that looks different from others.
type mark struct {
	n    int64
	stop bool
}

func (v *view) mark() mark { return mark{int64(len(v.log)) + 1, v.task.Stop} }

// read reads what is new.
func (v *view) read(ctx context.Context) error {
	for {
		t, more, err := v.f.cfg.Tasks.Since(ctx, v.key, int64(len(v.log)))
		if err != nil {
			return err
		}
		v.task, v.log = t, append(v.log, more...)
		if len(more) < sinceEvents {
			return nil
		}
	}
}

func (v *view) card(ctx context.Context, l lang.Lang) (card.Message, error) {
	c := v.f.cfg.Cards[v.task.Kind()]
	if c == nil {
		return card.Message{}, fault.New(fault.Internal, "nothing shows tasks of kind %q", v.task.Kind())
	}
	return everyone(c(ctx, v.task, v.log, l)), nil
}

// everyone makes the buttons of a message usable by all who see it: what renders it later knows nobody. Whoever
// presses is asked for their right to do so.
func everyone(m card.Message) card.Message {
	blocks := make([]card.Block, len(m.Blocks))
	for i, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			items := make([]card.Action, len(a.Items))
			for k, item := range a.Items {
				item.Anyone = true
				items[k] = item
			}
			b = card.Actions{Items: items}
		}
		blocks[i] = b
	}
	m.Blocks = blocks
	return m
}

// Await is for surfaces that show an answer when it is there: of a Follow it returns the message in the end, or as far
// as it is when ctx is done. Every other reply stays as it is.
func Await(ctx context.Context, r Reply) (Reply, error) {
	f, ok := r.(Follow)
	if !ok || f.Watch == nil {
		return r, nil
	}
	last := f.Now
	if err := f.Watch(ctx, func(m card.Message) { last = m }); err != nil && ctx.Err() == nil {
		return nil, err
	}
	return Whisper{Answer: f.Answer, Message: last}, nil
}
