package bot

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The kinds of the jobs of Follows, for job.Config.
const (
	FollowKind   = "follow"         // keeps the messages of one task up to date
	RefollowKind = "follow.recover" // finds messages whose job was never added
)

const (
	followFor     = 24 * time.Hour // how long one job follows, before another goes on
	refollowEvery = time.Minute
	editTimeout   = 30 * time.Second
	firstEdits    = 10               // edits of a message until it is edited more rarely
	latePause     = 5 * time.Second  // between edits from then on
	followersEach = 64               // tasks that a replica follows at once
	orphanAfter   = 15 * time.Second // how long a task that is over waits for a message that shows it
)

// Jobs returns the kinds and the schedule of Follows for a job.Config.
func (f *Follows) Jobs() (map[string]job.Kind, []job.Periodic) {
	kinds := map[string]job.Kind{
		FollowKind:   {Handler: f.Work, Concurrency: followersEach, Timeout: 2 * followFor},
		RefollowKind: {Handler: f.Recover},
	}
	return kinds, []job.Periodic{{Name: RefollowKind, Every: refollowEvery, Request: job.Request{Kind: RefollowKind, Attempts: 1}}}
}

// followPayload is the payload of FollowKind.
type followPayload struct {
	Key  string
	Lang lang.Lang // in which the end is told where no message shows it
}

func (f *Follows) enqueue(ctx context.Context, key string, l lang.Lang) error {
	payload, err := json.Marshal(followPayload{key, l})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "add the job of a follower")
	}
	_, _, err = f.cfg.Queue.Add(ctx, job.Request{Kind: FollowKind, Key: key, Payload: payload, Attempts: job.MaxAttempts})
	return err
}

// Recover is the job.Handler of RefollowKind. Tasks that rest are left alone: what wakes them adds their job, and where
// that was lost they do not rest any more.
func (f *Follows) Recover(ctx context.Context, _ job.Job) (json.RawMessage, error) {
	keys, err := f.cfg.Followers.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if resting, err := f.resting(ctx, key); err != nil {
			return nil, err
		} else if resting {
			continue
		}
		if err := f.enqueue(ctx, key, lang.English); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// resting reports whether a task that is followed rests.
func (f *Follows) resting(ctx context.Context, key string) (bool, error) {
	if f.cfg.Rests[(Task{Key: key}).Kind()] == nil {
		return false, nil
	}
	v := view{f: f, key: key}
	if err := v.read(ctx); err != nil {
		if fault.Is(err, fault.NotFound) { // Work forgets who followed it
			return false, nil
		}
		return false, err
	}
	return f.rests(v.task, v.log), nil
}

// Work is the job.Handler of FollowKind: it edits the messages that follow a task until the task is over and shown, or
// rests and is shown.
func (f *Follows) Work(ctx context.Context, j job.Job) (json.RawMessage, error) {
	var p followPayload
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return nil, job.Permanent(fault.Wrap(fault.Internal, err, "read the job of a follower"))
	}
	key := p.Key
	w := work{view: view{f: f, key: key}, seats: map[followerKey]*seat{}, lang: p.Lang}
	begun := f.cfg.Now()
	for {
		done, err := w.round(ctx)
		if fault.Is(err, fault.NotFound) { // the task was swept
			return nil, f.cfg.Followers.End(ctx, key)
		}
		if err != nil {
			return nil, err
		}
		if done {
			return nil, nil
		}
		if f.cfg.Now().Sub(begun) > followFor {
			return nil, fault.New(fault.Upstream, "task %s goes on", key)
		}
		if !Sleep(ctx, f.cfg.Every) {
			return nil, ctx.Err()
		}
	}
}

// work is the following of one task.
type work struct {
	view
	seats map[followerKey]*seat
	lang  lang.Lang // of whoever began it
	over  time.Time // when the task was first seen to be over
}

// seat is a message that follows.
type seat struct {
	shown mark
	at    time.Time // of the last edit
	edits int
	lost  bool // it cannot be edited
	done  bool // nothing is left to show
}

// round shows what is new, once, and reports whether nothing is left to be shown.
func (w *work) round(ctx context.Context) (bool, error) {
	if err := w.read(ctx); err != nil {
		return false, err
	}
	all, err := w.f.cfg.Followers.Of(ctx, w.key)
	if err != nil {
		return false, err
	}
	if w.task.Over && w.over.IsZero() {
		w.over = w.f.cfg.Now()
	}
	rests := w.f.rests(w.task, w.log)
	if len(all) == 0 {
		if rests {
			return true, nil
		}
		return w.orphan(ctx)
	}
	left, behind := 0, 0
	for _, to := range all {
		k := followerKey{to.Key, to.Address, to.Message}
		if w.seats[k] == nil {
			w.seats[k] = &seat{}
		}
		if err := w.show(ctx, to, w.seats[k]); err != nil {
			return false, err
		}
		if !w.seats[k].done {
			left++
		}
		if s := w.seats[k]; !s.done && !s.lost && s.shown != w.mark() && !w.spent(to, s) {
			behind++
		}
	}
	if rests && behind == 0 {
		return true, nil
	}
	if left > 0 || !w.task.Over {
		return false, nil
	}
	return true, w.f.cfg.Followers.End(ctx, w.key)
}

// orphan looks after a task that no message follows: its end is posted to whoever began it, unless a message was there.
// A process may die between showing a message and noting it, and some messages cannot be edited at all.
func (w *work) orphan(ctx context.Context) (bool, error) {
	if !w.task.Over || len(w.seats) > 0 {
		return w.task.Over, nil
	}
	if w.f.cfg.Now().Sub(w.over) < orphanAfter {
		return false, nil
	}
	return true, w.post(ctx, w.task.By.Direct(), "", w.lang)
}

// show edits one message where it shows something else than it should, and may be edited now.
func (w *work) show(ctx context.Context, to Follower, s *seat) error {
	if s.done || !w.task.Over && (s.lost || s.shown == w.mark() || !w.due(to, s)) {
		return nil
	}
	if s.lost {
		return w.last(ctx, to, s)
	}
	m, err := w.card(ctx, to.Lang)
	if err != nil {
		return err
	}
	editor := w.f.cfg.Editors[to.Address.Platform]
	if editor == nil {
		err = fault.New(fault.Forbidden, "nothing edits messages on %q here", to.Address.Platform)
	} else {
		limited, cancel := context.WithTimeout(ctx, editTimeout)
		err = editor.Edit(limited, to, m)
		cancel()
	}
	s.at = w.f.cfg.Now()
	switch {
	case err == nil:
		s.shown, s.edits, s.done = w.mark(), s.edits+1, w.task.Over
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case fault.Is(err, fault.NotFound): // somebody removed it
		s.lost, s.done = true, true
		return nil
	}
	refused := fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Invalid)
	late := w.task.Over && w.f.cfg.Now().Sub(w.over) > w.f.cfg.Patience
	w.f.cfg.Log.Warn("a message that follows a task was not edited", "task", w.key, "platform", to.Address.Platform, "err", err)
	if s.lost = refused || late; s.lost && w.task.Over {
		return w.last(ctx, to, s)
	}
	return nil
}

// due reports whether a message may be edited again now. Where edits are few, the last is kept for the end.
func (w *work) due(to Follower, s *seat) bool {
	pause := w.f.cfg.Pause
	if s.edits > firstEdits {
		pause = max(pause, latePause)
	}
	if w.edits(to) > 0 {
		pause <<= 2 * s.edits
	}
	return !w.spent(to, s) && w.f.cfg.Now().Sub(s.at) >= pause
}

// spent reports whether a message is edited once more only, at the end.
func (w *work) spent(to Follower, s *seat) bool {
	most := w.edits(to)
	return most > 0 && s.edits >= most-1
}

// edits is how often a message can be edited; 0: as often as needed.
func (w *work) edits(to Follower) int {
	if l, ok := w.f.cfg.Editors[to.Address.Platform].(EditLimiter); ok {
		return l.Edits(to)
	}
	return 0
}

// last posts the end of a task whose message cannot be edited: to whoever started it, where the message was theirs
// alone.
func (w *work) last(ctx context.Context, to Follower, s *seat) error {
	s.done = true
	at := to.Address
	if to.Private {
		at = w.task.By.Direct()
	}
	return w.post(ctx, at, to.Message, to.Lang)
}

// post posts how the task stands.
func (w *work) post(ctx context.Context, at Address, message string, l lang.Lang) error {
	if w.f.cfg.Send == nil {
		return nil
	}
	m, err := w.card(ctx, l)
	if err != nil {
		return err
	}
	return w.f.cfg.Send(ctx, Post{Key: "follow:" + w.key + ":" + at.Key() + ":" + message, To: at, Message: m})
}
