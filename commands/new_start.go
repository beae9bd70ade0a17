package commands

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// Proposals begins tasks that may wait for somebody's word. bot.Follows is one.
type Proposals interface {
	// Propose begins a task and reports whether it is new; see bot.Follows.
	Propose(ctx context.Context, p bot.Proposal) (fresh bool, err error)
	// Go has the job of a task done.
	Go(ctx context.Context, key string) error
	// Note appends an event to the log of a task and reports whether it was added.
	Note(ctx context.Context, key string, e bot.TaskEvent) (added bool, err error)
	// Follow has a message that was posted show a task from now on.
	Follow(ctx context.Context, at bot.Follower) error
	// Following are the messages that show a task.
	Following(ctx context.Context, key string) ([]bot.Follower, error)
}

// RunData is what a task of kind TaskRun is about. It holds no secret.
type RunData struct {
	Run      string // id: the same for every attempt
	Attempt  int    // from 1
	Title    string // what it makes
	Template RunTemplate
	Values   json.RawMessage // what was filled in
	Secrets  []string        `json:",omitempty"` // names of the fields whose values are kept apart
	By       string          // full reference of the User, "" when not known
	ByName   string
	Effects  []RunEffect
	Files    int
	// Approvers are groups and users of whom one must approve; none: nobody needs to.
	Approvers []string
	Alone     bool // who asked may be who approves
	Until     time.Time
	Announce  string // channel in which the result is told besides; "" for none
}

// RunTemplate is a template as it was when its run was planned.
type RunTemplate struct {
	Ref      string
	Name     string // for people
	Version  string // what the template calls its version, "" for none
	Commit   string
	Document json.RawMessage
	Source   catalog.Provenance
}

// RunEffect is a change outside of the workspace, in both languages of whoever may see the message later.
type RunEffect struct{ English, Chinese string }

func effectsOf(all []scaffold.Effect) []RunEffect {
	var out []RunEffect
	for _, e := range all[:min(len(all), maxEffects)] {
		out = append(out, RunEffect{clipTo(oneLine(e.Text(lang.English)), maxDetail), clipTo(oneLine(e.Text(lang.Chinese)), maxDetail)})
	}
	return out
}

// keyOfRun is the key of the task of a run's attempt.
func keyOfRun(id string, attempt int) string {
	if attempt > 1 {
		return TaskRun + ":" + id + "." + lang.Number(attempt)
	}
	return TaskRun + ":" + id
}

// asFault is the error of ours in a chain.
func asFault(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }

// handleGo runs what was planned, or asks for approval. It is looked once more whether it may be.
func (c *Commands) handleGo(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	m, err := c.making(ctx, ev, argument(in, 0))
	if err != nil {
		return nil, err
	}
	if why := m.unmakeable(ev, m.template); why != nil {
		return why, nil
	}
	return m.work(func(ctx context.Context) (bot.Reply, error) {
		if argument(in, 1) != m.mark() {
			m.line(lang.NewPlanOld, nil)
			if err := m.shown(ctx, 0); err != nil {
				return nil, err
			}
			a, msg := m.finish()
			return bot.Update{Answer: a, Message: msg}, nil
		}
		plan, f, problems, err := m.plan(ctx)
		if err != nil || len(problems) > 0 {
			if err := m.shown(ctx, 0); err != nil {
				return nil, err
			}
			a, msg := m.finish()
			return bot.Update{Answer: a, Message: msg}, nil
		}
		if why := m.unable(ctx, f); why != nil {
			return why, nil
		}
		return m.start(ctx, ev, plan, f)
	}), nil
}

// start begins the run of a plan.
func (m *making) start(ctx context.Context, ev *bot.Event, plan *RunPlan, f *scaffold.Form) (bot.Reply, error) {
	data := m.data(plan, f)
	from := *ev
	from.Address, from.Channel = m.draft.Address, m.of.Channel
	return m.c.launch(ctx, m.talk, &from, data, ev.Address)
}

// data is what the task of the run is about.
func (m *making) data(plan *RunPlan, f *scaffold.Form) RunData {
	e := m.template
	d := RunData{
		Run: m.draft.ID, Attempt: 1, Title: titleOf(f, e.DisplayName()), ByName: m.draft.Actor.Name,
		Template: RunTemplate{Ref: e.Ref.String(), Name: e.DisplayName(), Version: versionOf(e), Commit: plan.Commit, Document: e.Document.JSON(), Source: e.Source},
		Values:   yamldoc.AppendJSON(nil, m.public(f, f.Values)), Secrets: m.given(f), Effects: effectsOf(plan.Effects), Files: len(plan.Files), Announce: m.c.announced(e),
	}
	if !m.q.Asker.IsZero() {
		d.By = m.q.Asker.String()
	}
	if a := m.c.approval(e); m.needs(a) {
		d.Approvers, d.Alone, d.Until = refStrings(a.By), a.Alone, m.c.deps.Now().Add(a.Expires)
	}
	return d
}

// needs reports whether somebody else's word is needed for what the asker wants to run.
func (t *talk) needs(a Approval) bool {
	return len(a.By) > 0 && (!a.Alone || !t.belongs(t.q.Asker, a.By))
}

// annotations of templates that are ours.
const (
	annotationAnnounce  = "backchannel.dev/announce"    // channel in which results are told
	annotationVersion   = "backchannel.dev/version"     // what the template calls its version
	annotationSuccessor = "backchannel.dev/replaced-by" // template that takes the place of a deprecated one
)

func annotation(e *catalog.Entity, key string) string {
	for _, p := range e.Annotations {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

// versionOf is what a template calls its version: by our annotation, or by a label of that name.
func versionOf(e *catalog.Entity) string {
	if v := annotation(e, annotationVersion); v != "" {
		return v
	}
	for _, p := range e.Labels {
		if p.Key == "version" {
			return p.Value
		}
	}
	return ""
}

// announced is the channel in which the results of a template are told.
func (c *Commands) announced(e *catalog.Entity) string {
	to := annotation(e, annotationAnnounce)
	if to == "" {
		to = c.deps.Scaffold.Announce
	}
	if to != "" && to[0] != bot.NamedChannel[0] && !isID(to) {
		to = bot.NamedChannel + to
	}
	return to
}

// isID reports whether a text is the id of a channel rather than its name: capitals or digits alone.
func isID(s string) bool {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// launch begins the task of a run, where it was asked for, and shows it there. pressed is where the button was.
func (c *Commands) launch(ctx context.Context, t *talk, ev *bot.Event, d RunData, pressed bot.Address) (bot.Reply, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "begin a run")
	}
	if len(data) > bot.MaxTaskData {
		return t.only(bot.Refused, lang.NewTooLarge, lang.Args{"what": card.S(d.Template.Name)}), nil
	}
	if err := c.prolong(ctx, d.Run); err != nil {
		return nil, err
	}
	key := keyOfRun(d.Run, d.Attempt)
	waits := len(d.Approvers) > 0
	fresh, err := c.deps.Proposals.Propose(ctx, bot.Proposal{Key: key, Data: data, Event: ev, Waits: waits, Until: d.Until})
	if err != nil {
		return nil, err
	}
	if !fresh {
		return t.begun(key, lang.NewBegunBefore, d, ""), nil
	}
	if waits {
		c.askApprovers(ctx, t, ev, key, d)
	}
	at, link, posted := c.showRun(ctx, ev, key)
	if !posted {
		t.outcome = bot.Answered
		a, _ := t.finish()
		return bot.Follow{Key: key, Answer: a, Private: true}, nil
	}
	text := lang.NewBegun
	if waits {
		text = lang.NewAsked
	}
	if at != pressed.Place() && link == "" {
		text = lang.NewBegunThere
	}
	return t.begun(key, text, d, link), nil
}

// secretsLife is how long what a run keeps secret waits for its end.
const secretsLife = 14 * 24 * time.Hour

// prolong has what a run keeps secret outlive the wait for approval, and tries to mend the run.
func (c *Commands) prolong(ctx context.Context, run string) error {
	if c.deps.Scaffold.Secrets == nil {
		return nil
	}
	values, err := c.deps.Scaffold.Secrets.Values(ctx, secretsOf(run), c.deps.Now())
	if err != nil || len(values) == 0 {
		return err
	}
	return c.deps.Scaffold.Secrets.Keep(ctx, secretsOf(run), values, c.deps.Now().Add(secretsLife))
}

// begun takes the place of a plan: the run is on its way.
func (t *talk) begun(key string, text lang.Key, d RunData, link string) bot.Reply {
	t.blocks, t.actions = nil, nil
	t.line(text, lang.Args{"title": card.S(d.Title)})
	if link != "" {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.NewFollow, nil), URL: link})
	}
	if page := t.c.runPage(key); page != "" {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.RunDetails, nil), URL: page})
	}
	t.outcome = bot.Answered
	a, m := t.finish()
	return bot.Update{Answer: a, Message: m}
}

// runPage is the page of a run's attempt; "" where there are none.
func (c *Commands) runPage(key string) string {
	return c.links.own("runs", key[len(TaskRun)+1:])
}

// showRun posts the message that shows a run to where it was asked for, and has it followed. It is not posted where
// nothing posts, and where people may see it who may not see the template.
func (c *Commands) showRun(ctx context.Context, ev *bot.Event, key string) (at bot.Address, link string, posted bool) {
	m := c.deps.Messenger
	if m == nil || !m.Posts(ev.Address.Platform) || !c.seenAt(ctx, ev.Address, key) {
		return at, "", false
	}
	to := ev.Address
	if ev.Channel.Direct && to.Channel == ev.Actor.ID {
		to = ev.Actor.Direct()
	}
	p, ok := c.postRun(ctx, key, "run:"+key, to, ev.Locale)
	if !ok {
		return at, "", false
	}
	return p.To.Place(), m.Permalink(p.To, p.ID), true
}

// postRun posts a message that shows a run from then on.
func (c *Commands) postRun(ctx context.Context, key, name string, to bot.Address, l lang.Lang) (bot.Post, bool) {
	shown, err := c.deps.Tasks.Card(ctx, key, l)
	if err != nil {
		return bot.Post{}, false
	}
	p, err := c.deps.Messenger.Deliver(ctx, bot.Post{Key: name, To: to, Message: shown})
	if err != nil || p.State != bot.Sent {
		return p, false
	}
	err = c.deps.Proposals.Follow(ctx, bot.Follower{Key: key, Address: p.To, Message: p.ID, Lang: l})
	return p, err == nil
}

// seenAt reports whether those at a place may see the template of a run.
func (c *Commands) seenAt(ctx context.Context, at bot.Address, key string) bool {
	if c.deps.At == nil {
		return true
	}
	task, _, err := c.deps.Tasks.Since(ctx, key, bot.MaxTaskEvents)
	if err != nil {
		return false
	}
	var d RunData
	if json.Unmarshal(task.Data, &d) != nil {
		return false
	}
	ref, err := catalog.ParseRef(d.Template.Ref, "", "")
	if err != nil {
		return false
	}
	_, ok := c.deps.View(c.deps.At(at)).Entity(ref)
	return ok
}
