package main

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// How long a Backstage that does not answer is waited for.
const (
	backstagePatience = time.Hour
	silencePause      = 30 * time.Second // at most, between looks
	silenceTries      = 5                // looks in a row that fail before a silence is one, or it lasts silenceTold
	silenceTold       = 10 * time.Second
)

// silence is how a run waits for a Backstage that does not answer: whoever follows the run is told since when, and it is
// given up in the end. A process that takes the run over goes on waiting where the one before ended.
type silence struct {
	b   *backstageEngine
	r   commands.RunRequest
	log commands.RunLog

	heard time.Time // when Backstage last answered; zero: not known
	since time.Time // from when the waiting counts
	fails int       // in a row
	told  bool      // that it does not answer, and not yet that it does again
	lost  bool      // it was given up
}

// begins takes in what is known of an earlier silence. It must be called before other methods, is alone excepted.
func (s *silence) begins(known asking) {
	s.told, s.heard, s.since = known.silent, known.heard, time.Now()
	if s.told && !s.heard.IsZero() {
		s.since = s.heard
	}
}

// unanswered reports whether an error is that of a Backstage that does not answer, or not as one.
func unanswered(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Kind == fault.Upstream && e.Key == string(lang.NewBackstageAway)
}

// is reports whether what failed can be tried again; see failed.
func (s *silence) is(err error) bool { return err != nil && !s.lost && unanswered(err) }

// answered notes that Backstage has answered.
func (s *silence) answered(ctx context.Context) error {
	was := s.key()
	s.heard, s.fails = time.Now(), 0
	s.since = s.heard
	if !s.told {
		return nil
	}
	s.told = false
	_, err := s.b.runs.Journal(s.r.ID).Append(ctx, scaffold.Record{ID: recordHeard + was, Kind: scaffold.MarkEnded, At: s.heard})
	return errors.Join(err, s.log.Event(ctx, commands.RunEvent{ID: recordHeard + was, Kind: commands.RunHeard, Text: "Backstage answers again"}))
}

// key names a silence in a run.
func (s *silence) key() string { return strconv.FormatInt(s.since.UnixMilli(), 10) }

// failed notes that Backstage has not answered, and waits before it is asked again. An error is that of a silence that
// has lasted too long, or says that nobody waits any more.
func (s *silence) failed(ctx context.Context, err error) error {
	s.fails++
	lasts := time.Since(s.since)
	if !s.told && (s.fails >= silenceTries || lasts >= silenceTold) {
		if err := s.tell(ctx, err); err != nil {
			return errors.Join(errNotFollowed, err)
		}
	}
	if s.fails >= silenceTries && lasts >= s.b.patience {
		s.lost = true
		gone := &fault.Error{Kind: fault.Upstream, Message: "Backstage has not answered for " + lasts.Round(time.Second).String(), Err: err}
		return gone.Say(string(lang.NewBackstageLost), nil)
	}
	if !bot.Sleep(ctx, min(s.b.every<<min(s.fails, 10), max(silencePause, s.b.every))) {
		return ctx.Err()
	}
	return nil
}

// tell tells whoever follows the run that Backstage does not answer.
func (s *silence) tell(ctx context.Context, why error) error {
	heard, err := json.Marshal(s.heard)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "keep since when Backstage does not answer")
	}
	s.told = true
	_, err = s.b.runs.Journal(s.r.ID).Append(ctx, scaffold.Record{ID: recordSilent + s.key(), Kind: scaffold.MarkBegun, Data: heard, At: time.Now()})
	return errors.Join(err, s.log.Event(ctx, commands.RunEvent{
		ID: recordSilent + s.key(), Kind: commands.RunSilent, Heard: s.heard, Until: s.since.Add(s.b.patience),
		Text: why.Error() + "; a task that has begun goes on there, and is looked for again",
	}))
}

// lost keeps that a run was given up, so that another attempt follows its task instead of having it done again.
func (b *backstageEngine) lost(ctx context.Context, r commands.RunRequest, row scaffold.Run, why error) error {
	now := time.Now()
	row.Status, row.Message, row.Ended = scaffold.Failed, why.Error(), now
	_, err := b.runs.Journal(r.ID).Append(ctx, scaffold.Record{ID: recordLost + strconv.Itoa(r.Attempt), Kind: scaffold.MarkEnded, At: now})
	return errors.Join(err, b.runs.Update(ctx, row))
}

// stopped ends a run that somebody stopped, and its task. A Backstage that cannot be told so goes on with it.
func (b *backstageEngine) stopped(ctx context.Context, row scaffold.Run, known asking, quiet *silence) error {
	row.Status, row.Ended = scaffold.Cancelled, time.Now()
	if known.task.ID == "" {
		return errors.Join(bot.ErrTaskStopped, b.runs.Update(ctx, row))
	}
	err := b.client.Cancel(ctx, known.task.ID)
	if unanswered(err) {
		err = errors.Join(err, quiet.tell(ctx, err), b.lost(ctx, quiet.r, row, err))
	}
	return errors.Join(bot.ErrTaskStopped, err, b.runs.Update(ctx, row))
}
