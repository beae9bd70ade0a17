package commands

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The events that end the wait for approval. All have one id, so that the first word counts.
const (
	runDecision = "decision"
	runApproved = "approved"
	runDeclined = "declined"
	runExpired  = "expired"
)

// RunWord is the data of a decision about a run.
type RunWord struct {
	By   string // full reference of the User
	Name string
	At   string // account, platform:workspace:id
}

// maxApproveAt bounds to how many places a request for approval is posted.
const maxApproveAt = 8

// askApprovers posts the run where those can be reached who may approve it; the message goes on to show the run.
func (c *Commands) askApprovers(ctx context.Context, t *talk, ev *bot.Event, key string, d RunData) {
	m := c.deps.Messenger
	if m == nil || !m.Posts(ev.Address.Platform) {
		return
	}
	done := map[string]bool{ev.Address.Channel: true} // it is shown there anyhow
	n := 0
	for _, ref := range parseRefs(d.Approvers) {
		for _, channel := range t.writable(ref, ev.Address.Platform) {
			to := bot.Address{Platform: ev.Address.Platform, Workspace: ev.Address.Workspace, Channel: channel}
			if done[channel] || n >= maxApproveAt || !c.seenAt(ctx, to, key) {
				continue
			}
			done[channel] = true
			if _, ok := c.postRun(ctx, key, "approve:"+key+":"+strconv.Itoa(n), to, ev.Locale); ok {
				n++
			}
		}
	}
}

// writable is where a group or a person can be written to on a platform: the channel they name, else the accounts of the
// people.
func (t *talk) writable(ref catalog.Ref, platform string) []string {
	e, ok := t.view.Entity(ref)
	if !ok {
		return nil
	}
	if channel, _ := channelOf(e, platform); channel != "" {
		return []string{channel}
	}
	people := []catalog.Ref{ref}
	if ref.Kind == "group" {
		people = targets(t.view, ref, "hasMember")
	}
	var out []string
	for _, who := range people {
		if p, ok := t.view.Entity(who); ok {
			if id := accountOf(p, platform); id != "" {
				out = append(out, bot.DirectTo+id)
			}
		}
	}
	return out
}

// accountOf is a person's account on a platform, as an annotation of the platform says.
func accountOf(e *catalog.Entity, platform string) string {
	for _, a := range e.Annotations {
		vendor, key, ok := strings.Cut(a.Key, "/")
		if !ok || !strings.Contains(strings.ToLower(vendor), platform) || !strings.Contains(strings.ToLower(key), "user") {
			continue
		}
		_, id, workspace := strings.Cut(a.Value, "/")
		if !workspace {
			id = a.Value
		}
		return strings.TrimSpace(id)
	}
	return ""
}

// belongs reports whether somebody is one of some groups and users, or in one of the groups, however deep.
func (t *talk) belongs(who catalog.Ref, among []catalog.Ref) bool {
	if who.IsZero() {
		return false
	}
	seen, next := map[catalog.Ref]bool{}, []catalog.Ref{who}
	for len(next) > 0 && len(seen) < maxAncestors {
		ref := next[0]
		next = next[1:]
		if seen[ref] {
			continue
		}
		seen[ref] = true
		if slices.Contains(among, ref) {
			return true
		}
		next = append(next, targets(t.view, ref, "memberOf", "childOf")...)
	}
	return false
}

const maxAncestors = 500

// decision is the event that ended the wait for approval, and whether there is one.
func decision(log []bot.TaskEvent) (bot.TaskEvent, bool) {
	for _, e := range log {
		if e.ID == runDecision {
			return e, true
		}
	}
	return bot.TaskEvent{}, false
}

// waiting reports whether a run waits for approval.
func waiting(d RunData, task bot.Task, log []bot.TaskEvent) bool {
	_, decided := decision(log)
	return len(d.Approvers) > 0 && !decided && !task.Over
}

// RunRests reports whether a run waits for approval: nothing happens to it until somebody says a word. It is a
// bot.TaskRest.
func RunRests(task bot.Task, log []bot.TaskEvent) bool {
	var d RunData
	return json.Unmarshal(task.Data, &d) == nil && waiting(d, task, log)
}

// run reads the task of a run that a button is about.
func (c *Commands) run(ctx context.Context, ev *bot.Event) (*talk, bot.Task, RunData, []bot.TaskEvent, error) {
	in, _ := ev.Input.(bot.Pressed)
	key := argument(in, 0)
	var d RunData
	gone := fault.New(fault.NotFound, "there is no run %q", key).Say(string(lang.BotButtonExpired), nil)
	if c.deps.Tasks == nil || c.deps.Scaffold == nil || !strings.HasPrefix(key, TaskRun+":") {
		return nil, bot.Task{}, d, nil, gone
	}
	task, log, err := c.deps.Tasks.Since(ctx, key, 0)
	if fault.Is(err, fault.NotFound) || err == nil && json.Unmarshal(task.Data, &d) != nil {
		return nil, task, d, nil, gone
	}
	q := c.question(ev)
	q.Private, q.Lang = true, ev.Locale
	t := c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: intentMaking, Lang: ev.Locale, Confidence: 1})
	if ref, bad := catalog.ParseRef(d.Template.Ref, "", ""); bad == nil {
		t.entities = []catalog.Ref{ref}
	}
	return t, task, d, log, err
}

// handleApprove lets a run go on, where whoever presses may say so.
func (c *Commands) handleApprove(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	return c.decide(ctx, ev, runApproved)
}

// handleDecline ends a run that waits for approval.
func (c *Commands) handleDecline(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	return c.decide(ctx, ev, runDeclined)
}

func (c *Commands) decide(ctx context.Context, ev *bot.Event, word string) (bot.Reply, error) {
	t, task, d, log, err := c.run(ctx, ev)
	if err != nil {
		return nil, err
	}
	if !waiting(d, task, log) {
		return c.updated(ctx, t, task.Key)
	}
	if why := t.mayDecide(ev, task, d); why != nil {
		return why, nil
	}
	said, err := json.Marshal(RunWord{By: t.q.Asker.String(), Name: orText(ev.Actor.Name, t.nameOf(t.q.Asker)), At: ev.Actor.Key()})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "approve a run")
	}
	if _, err := c.deps.Proposals.Note(ctx, task.Key, bot.TaskEvent{ID: runDecision, Kind: word, Data: said, Last: word == runDeclined}); err != nil {
		return nil, err
	}
	if word == runApproved {
		if err := c.deps.Proposals.Go(ctx, task.Key); err != nil {
			return nil, err
		}
	} else {
		if err := c.forget(ctx, d.Run); err != nil {
			return nil, err
		}
		c.tellAsker(ctx, task, d, lang.RunDeclinedTold, lang.Args{"title": card.S(d.Title), "who": card.S(t.nameOf(t.q.Asker))})
	}
	return c.updated(ctx, t, task.Key)
}

// mayDecide is why somebody has no say about a run; nil where they have.
func (t *talk) mayDecide(ev *bot.Event, task bot.Task, d RunData) bot.Reply {
	by := parseRefs(d.Approvers)
	args := lang.Args{"who": t.refs(by, maxInline), "title": card.S(d.Title)}
	own := task.By.Key() == ev.Actor.Key() || d.By != "" && d.By == t.q.Asker.String()
	switch {
	case t.q.Asker.IsZero():
		return t.only(bot.Refused, lang.RunApproverUnknown, args)
	case !t.belongs(t.q.Asker, by):
		return t.only(bot.Refused, lang.RunApproverOther, args)
	case own && !d.Alone:
		return t.only(bot.Refused, lang.RunApproverOwn, args)
	}
	return nil
}

// updated is the message that a button is on, as the run stands now.
func (c *Commands) updated(ctx context.Context, t *talk, key string) (bot.Reply, error) {
	m, err := c.deps.Tasks.Card(ctx, key, t.l)
	if err != nil {
		return nil, err
	}
	t.outcome = bot.Answered
	a, _ := t.finish()
	return bot.Update{Answer: a, Message: m}, nil
}

// ExpireRun ends a run for which nobody has said a word in time. It is what bot.WaitHandler calls.
func (c *Commands) ExpireRun(ctx context.Context, key string) error {
	task, log, err := c.deps.Tasks.Since(ctx, key, 0)
	if err != nil {
		return err
	}
	var d RunData
	if json.Unmarshal(task.Data, &d) != nil || !waiting(d, task, log) {
		return nil
	}
	if _, err := c.deps.Proposals.Note(ctx, key, bot.TaskEvent{ID: runDecision, Kind: runExpired, Last: true}); err != nil {
		return err
	}
	c.tellAsker(ctx, task, d, lang.RunExpiredTold, lang.Args{"title": card.S(d.Title)})
	return c.forget(ctx, d.Run)
}

// stopWaiting ends a run that waits for approval, for whoever asked for it. It reports whether it waited.
func (c *Commands) stopWaiting(ctx context.Context, task bot.Task) (bool, error) {
	if task.Kind() != TaskRun || c.deps.Proposals == nil {
		return false, nil
	}
	_, log, err := c.deps.Tasks.Since(ctx, task.Key, 0)
	var d RunData
	if err != nil || json.Unmarshal(task.Data, &d) != nil || !waiting(d, task, log) {
		return false, err
	}
	ended, err := c.deps.Proposals.Note(ctx, task.Key, bot.TaskEvent{ID: runDecision, Kind: bot.TaskStopped, Last: true})
	if err != nil {
		return false, err
	}
	return ended, c.forget(ctx, d.Run)
}
