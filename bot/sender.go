package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// Poster sends posts on one platform.
type Poster interface {
	// Post sends a post, marked with its key where the platform can, and returns the message's id. Errors of kind
	// Forbidden, NotFound and Invalid say that no further attempt can help; NotSent says that nothing was sent. A thread of the address that is the id of
	// a message of the channel is the thread below that message, which begins with the post if there is none yet; a
	// channel that has no threads shows the post as it shows any other.
	Post(ctx context.Context, p Post) (id string, err error)
	// Find looks for the post among what was sent before, by its key, and reports whether it is there. An error that is
	// Untold says that the platform does not tell.
	Find(ctx context.Context, p Post) (id string, found bool, err error)
}

// The kinds of a Sender's jobs, for job.Config.
const (
	PostKind   = "post"         // one post; Handler is Sender.Work
	RepostKind = "post.recover" // posts whose job was never added; Handler is Sender.Recover
)

const (
	maxPostAttempts = 20
	repostAfter     = time.Minute
	repostBatch     = 500
)

// Sender sends what the outbox holds, each post once.
type Sender struct {
	outbox  Outbox
	queue   job.Queue
	posters map[string]Poster // by platform
	now     func() time.Time
	refused []func(context.Context, Post, error)
}

// NewSender returns a sender.
func NewSender(outbox Outbox, queue job.Queue, posters map[string]Poster, now func() time.Time) *Sender {
	return &Sender{outbox: outbox, queue: queue, posters: posters, now: now}
}

// OnRefused has a function hear of every post that is given up, with the last error, after the outbox has noted it. It
// is called before the sender works.
func (s *Sender) OnRefused(hear func(context.Context, Post, error)) {
	s.refused = append(s.refused, hear)
}

// Posts reports whether anything posts on a platform.
func (s *Sender) Posts(platform string) bool { return s.posters[platform] != nil }

// Send puts a post into the outbox and has it sent in the background. A key that is known is sent once all the same.
// Only Key, To and Message are read.
func (s *Sender) Send(ctx context.Context, p Post) error {
	p.Added = s.now()
	fresh, err := s.outbox.Put(ctx, p)
	if err != nil || !fresh {
		return err
	}
	return s.enqueue(ctx, p)
}

func (s *Sender) enqueue(ctx context.Context, p Post) error {
	payload, err := json.Marshal(p.Key)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "add the job of a post")
	}
	_, _, err = s.queue.Add(ctx, job.Request{Kind: PostKind, Key: p.Key, Tenant: p.To.Platform + ":" + p.To.Workspace, Payload: payload, Attempts: maxPostAttempts})
	return err
}

// Work is the job.Handler of PostKind.
func (s *Sender) Work(ctx context.Context, j job.Job) (json.RawMessage, error) {
	var key string
	if err := json.Unmarshal(j.Payload, &key); err != nil {
		return nil, job.Permanent(fault.Wrap(fault.Internal, err, "read the job of a post"))
	}
	p, err := s.outbox.Get(ctx, key)
	if fault.Is(err, fault.NotFound) || err == nil && p.State != Unsent {
		return nil, nil // forgotten, or done before
	}
	if err != nil {
		return nil, err
	}
	poster, ok := s.posters[p.To.Platform]
	if !ok {
		return nil, s.giveUp(ctx, p, fault.New(fault.Invalid, "nothing posts on %q here", p.To.Platform))
	}
	out := p
	if p.Attempts > 0 { // an attempt was begun before and may have got through
		id, found, err := poster.Find(ctx, p)
		if _, untold := errors.AsType[Untold](err); untold {
			if err = nil; p.Doubt {
				out.Message = repeated(p.Message)
			}
		}
		if err != nil {
			return nil, s.failed(ctx, p, err)
		}
		if found {
			return nil, s.sent(ctx, p, id)
		}
	}
	p.Attempts++
	doubted := p.Doubt // of an earlier attempt, which this one says nothing about
	p.Doubt = true
	if err := s.outbox.Update(ctx, p); err != nil { // before it is sent, so that whoever comes next looks first
		return nil, err
	}
	out.Attempts, out.Doubt = p.Attempts, p.Doubt
	id, err := poster.Post(ctx, out)
	if err != nil {
		if _, not := errors.AsType[NotSent](err); not {
			p.Doubt = doubted
		}
		return nil, s.failed(ctx, p, err)
	}
	return nil, s.sent(ctx, p, id)
}

func (s *Sender) sent(ctx context.Context, p Post, id string) error {
	p.State, p.ID, p.Error = Sent, id, ""
	return s.outbox.Update(ctx, p)
}

// failed notes an attempt that failed, and returns the error for the queue, which tries again.
func (s *Sender) failed(ctx context.Context, p Post, err error) error {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound, fault.Invalid:
		return s.giveUp(ctx, p, err)
	}
	if p.Attempts >= maxPostAttempts {
		return s.giveUp(ctx, p, err)
	}
	p.Error = err.Error()
	if bad := s.outbox.Update(context.WithoutCancel(ctx), p); bad != nil {
		return bad
	}
	return err
}

func (s *Sender) giveUp(ctx context.Context, p Post, err error) error {
	p.State, p.Error = Unsendable, err.Error()
	if bad := s.outbox.Update(context.WithoutCancel(ctx), p); bad != nil {
		return bad
	}
	for _, hear := range s.refused {
		hear(ctx, p, err)
	}
	return job.Permanent(err)
}

// Recover is the job.Handler of RepostKind: it adds the jobs of posts that are unsent for a while. A post whose job
// is still there gets no second one.
func (s *Sender) Recover(ctx context.Context, _ job.Job) (json.RawMessage, error) {
	keys, err := s.outbox.Unsent(ctx, s.now().Add(-repostAfter), repostBatch)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		p, err := s.outbox.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		if err := s.enqueue(ctx, p); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// Jobs returns the sender's kinds and schedule for a job.Config.
func (s *Sender) Jobs() (map[string]job.Kind, []job.Periodic) {
	kinds := map[string]job.Kind{
		PostKind:   {Handler: s.Work, Concurrency: 4, Timeout: time.Minute},
		RepostKind: {Handler: s.Recover},
	}
	return kinds, []job.Periodic{{Name: RepostKind, Every: repostAfter, Request: job.Request{Kind: RepostKind, Attempts: 1}}}
}
