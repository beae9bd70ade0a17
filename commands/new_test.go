package commands_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// kiln is an engine that makes what it is told to, and remembers for what it was asked.
type kiln struct {
	mu     sync.Mutex
	runs   []commands.RunRequest
	plans  int
	broken error // what planning gives
	fails  error // what running gives
}

func (k *kiln) Form(_ context.Context, e *catalog.Entity) (*scaffold.FormSource, error) {
	n, err := yamldoc.Parse(e.Document.JSON(), yamldoc.Limits{})
	if err != nil {
		return nil, err
	}
	return scaffold.ReadForm(e.Ref.String(), n)
}

func (k *kiln) Plan(_ context.Context, r commands.RunRequest) (*commands.RunPlan, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.plans++
	if k.broken != nil {
		return nil, k.broken
	}
	return &commands.RunPlan{
		Commit: "0123456789abcdef0123456789abcdef01234567", Size: 2100,
		Steps:   []commands.PlanStep{{ID: "fetch", Name: "Fetch", Action: "fetch:template"}, {ID: "publish", Name: "Publish", Action: "publish:github"}},
		Files:   []commands.PlanFile{{Path: "README.md", Size: 100, Text: []byte("# hello\n")}, {Path: "cmd/app/main.go", Size: 2000, Text: []byte("package main\n"), Before: []byte("package old\n")}},
		Effects: []scaffold.Effect{{Action: "publish:github", Step: "publish", Summary: "Creates the repository acme/refunds"}},
	}, nil
}

func (k *kiln) Run(ctx context.Context, r commands.RunRequest, log commands.RunLog) (commands.RunResult, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.runs = append(k.runs, r)
	if err := log.Event(ctx, commands.RunEvent{ID: "1", Kind: commands.RunStepBegun, Step: "fetch", Name: "Fetch", N: 1, Of: 2}); err != nil {
		return commands.RunResult{}, err
	}
	if k.fails != nil {
		err := log.Event(ctx, commands.RunEvent{ID: "2", Kind: commands.RunStepFailed, Step: "fetch", Name: "Fetch", N: 1, Of: 2, Text: k.fails.Error()})
		return commands.RunResult{}, errors.Join(k.fails, err)
	}
	return commands.RunResult{
		Files: 2, Entities: []string{"component:default/refunds"},
		Links: []commands.RunOutput{{Title: "Repository", URL: "https://git.example/acme/refunds"}},
		Texts: []commands.RunOutput{{Title: "Next", Text: "Push **main**."}},
	}, nil
}

// workshop is a service in which things are made from templates, with jobs that the test does.
type workshop struct {
	*commands.Commands
	state   bot.State
	follows *bot.Follows
	mux     *bot.Mux
	kiln    *kiln
	queue   *job.Memory
	now     time.Time
	who     map[string]catalog.Ref // by account
	deny    map[commands.Act]bool
	posted  []bot.Post
	made    []commands.Making
	audited []bot.Entry
	taken   string // repository that is there already
	reader  *search.Reader
}

const makeTemplate = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: go-service, title: Go service}
spec:
  type: service
  owner: group:default/platform
  parameters:
    - title: About it
      required: [name]
      properties:
        name: {title: Name, type: string, ui:field: EntityNamePicker}
        owner: {title: Owner, type: string, ui:field: OwnerPicker, ui:options: {catalogFilter: {kind: Group}}}
        db: {title: Database, type: boolean}
      dependencies:
        db:
          oneOf:
            - properties: {db: {const: true}, engine: {type: string, title: Engine}}
            - properties: {db: {const: false}}
    - title: Where
      properties:
        repoUrl: {title: Repository, type: string, ui:field: RepoUrlPicker, ui:options: {allowedHosts: [github.com], allowedOwners: [acme]}}
        token: {title: Token, type: string, ui:field: Secret}
  steps: [{id: a, action: debug:log}]
`

func template(name string, change ...func(*catalog.Entity)) *catalog.Entity {
	n, err := yamldoc.Parse([]byte(strings.ReplaceAll(makeTemplate, "go-service", name)), yamldoc.Limits{})
	if err != nil {
		panic(err)
	}
	e := st.Entity("template:"+name, st.Title("Go service"), st.Owner("group:platform"))
	e.Kind, e.Document = "Template", catalog.NewDocument(yamldoc.AppendJSON(nil, n))
	for _, c := range change {
		c(e)
	}
	return e
}

func annotated(key, value string) func(*catalog.Entity) {
	return func(e *catalog.Entity) { e.Annotations = append(e.Annotations, catalog.Pair{Key: key, Value: value}) }
}

// things are what the catalog holds.
func things() []*catalog.Entity {
	return []*catalog.Entity{
		template("go-service"), template("old-service", annotated("backchannel.dev/replaced-by", "go-service")), template("guarded"),
		st.Entity("group:platform", st.Title("Platform"), st.Rel("hasMember", "user:bob")), st.Entity("group:shop", st.Title("Shop"), st.Rel("hasMember", "user:ada")),
		st.Entity("user:ada", st.Rel("memberOf", "group:shop")), st.Entity("user:bob", st.Rel("memberOf", "group:platform")), st.Entity("user:eve"),
		st.Entity("component:refunds", st.Owner("group:shop")), st.Entity("component:payments", st.Owner("group:platform")),
	}
}

func newWorkshop(t *testing.T, change ...func(*commands.Deps)) *workshop {
	t.Helper()
	w := &workshop{state: bot.NewMemoryState(), kiln: &kiln{}, now: now, deny: map[commands.Act]bool{}, who: map[string]catalog.Ref{
		"ada": st.Ref("user:ada"), "bob": st.Ref("user:bob"), "eve": st.Ref("user:eve"),
	}}
	w.reader = search.NewReader(catalog.Changes{Generation: 1, Upserts: things()}, nil, search.Options{})
	first := w.reader
	t.Cleanup(func() { check(t, first.Close()) })
	w.queue = job.NewMemory(func() time.Time { return w.now })
	cards := map[string]bot.TaskCard{}
	w.follows = bot.NewFollows(bot.FollowConfig{Tasks: w.state.Tasks, Followers: w.state.Followers, Queue: w.queue, Cards: cards, Now: func() time.Time { return w.now }})
	deps := commands.Deps{
		View: func(v catalog.Viewer) search.View { return w.reader.For(v) }, Now: func() time.Time { return w.now }, Links: commands.Links{Base: "http://localhost:7007"},
		Asker: func(ev *bot.Event) catalog.Ref { return w.who[ev.Actor.ID] },
		May:   func(_ *bot.Event, act commands.Act, _ catalog.Ref) bool { return !w.deny[act] },
		Tasks: w.follows, Proposals: w.follows, Messenger: w,
		Post: func(_ context.Context, p bot.Post) error { w.posted = append(w.posted, p); return nil },
		Scaffold: &commands.Scaffolding{
			Engine: w.kiln, Drafts: w.state.Drafts, Secrets: w.state.Secrets, Repos: w, Announce: "new-things",
			Audit: func(e bot.Entry) { w.audited = append(w.audited, e) },
			Made:  func(_ context.Context, m commands.Making) error { return w.note(t, m) },
			Approval: func(e *catalog.Entity) commands.Approval {
				if e.Ref.Name == "guarded" {
					return commands.Approval{By: []catalog.Ref{st.Ref("group:platform")}, Expires: time.Hour}
				}
				return commands.Approval{}
			},
		},
	}
	for _, c := range change {
		c(&deps)
	}
	w.Commands = commands.New(deps)
	for kind, c := range w.TaskCards() {
		cards[kind] = c
	}
	var err error
	w.mux, err = bot.NewMux(bot.MuxConfig{
		Ask: w.Handler(), Commands: w.SubCommands(), Slash: w.Slash(), Intents: w.Intents(), Forms: w.Forms(), Suggest: w.Suggest(), Follows: w.follows,
	})
	check(t, err)
	return w
}

// note has the catalog know what made something.
func (w *workshop) note(t *testing.T, m commands.Making) error {
	w.made = append(w.made, m)
	facts, err := commands.MadeFacts(m)
	all := slices.Collect(w.reader.For(catalog.Viewer{}).Entities(search.Filter{}))
	w.reader = search.NewReader(catalog.Changes{Generation: w.reader.Generation() + 1, Upserts: all, Facts: facts}, nil, search.Options{})
	t.Cleanup(func(r *search.Reader) func() { return func() { check(t, r.Close()) } }(w.reader))
	return err
}

// Posts implements commands.Messenger.
func (w *workshop) Posts(platform string) bool { return platform == "chat" }

// Deliver implements commands.Messenger.
func (w *workshop) Deliver(_ context.Context, p bot.Post) (bot.Post, error) {
	p.ID, p.State = "m"+string(rune('1'+len(w.posted))), bot.Sent
	w.posted = append(w.posted, p)
	return p, nil
}

// Permalink implements commands.Messenger.
func (w *workshop) Permalink(_ bot.Address, message string) string {
	return "https://chat.example/" + message
}

// Hosts, Parts and Taken implement commands.RepoNames.
func (w *workshop) Hosts() []string                                    { return []string{"github.com"} }
func (w *workshop) Parts(string) []string                              { return []string{"owner"} }
func (w *workshop) Taken(_ context.Context, repo string) (bool, error) { return repo == w.taken, nil }

// as handles an input of somebody, with the work that it asks for.
func (w *workshop) as(t *testing.T, who string, in bot.Input) bot.Reply {
	t.Helper()
	r, err := w.mux.Handle(t.Context(), &bot.Event{
		ID: "t:1", Time: w.now, Actor: bot.Actor{Platform: "chat", Workspace: "w", ID: who, Name: strings.ToUpper(who[:1]) + who[1:]},
		Address: bot.Address{Platform: "chat", Workspace: "w", Channel: "c"}, Locale: lang.English, Forms: true, Input: in,
	})
	check(t, err)
	if work, ok := r.(bot.Work); ok {
		r, err = work.Run(t.Context())
		check(t, err)
	}
	return r
}

// opened is the form that a reply shows.
func opened(t *testing.T, r bot.Reply) card.Form {
	t.Helper()
	open, ok := r.(bot.Open)
	if !ok {
		t.Fatalf("no form: %T %s", r, said(r))
	}
	return open.Form
}

func said(r bot.Reply) string {
	if in, ok := r.(bot.Invalid); ok {
		text, _ := json.Marshal(in.Fields)
		return string(text)
	}
	m, _, _ := bot.MessageOf(r)
	return card.Plain(m)
}

// press is the button of an intent on a message.
func press(t *testing.T, r bot.Reply, name string) bot.Pressed {
	t.Helper()
	m, _, _ := bot.MessageOf(r)
	for _, b := range m.Blocks {
		a, ok := b.(card.Actions)
		if !ok {
			continue
		}
		for _, item := range a.Items {
			if item.Intent.Name == name {
				return bot.Pressed{Intent: item.Intent, Private: true}
			}
			for _, o := range item.Options {
				if o.Intent.Name == name {
					return bot.Pressed{Intent: o.Intent, Private: true}
				}
			}
		}
	}
	t.Fatalf("there is no button %s on:\n%s", name, said(r))
	return bot.Pressed{}
}

func submit(f card.Form, v card.Values) bot.Submitted {
	for _, q := range f.Fields {
		if _, ok := v[q.Name]; !ok && !q.Elsewhere() {
			v[q.Name] = append([]string{}, q.Value...)
		}
	}
	return bot.Submitted{Form: f.ID, Draft: f.Draft, Values: v}
}

// describe fills both pages in and returns the plan.
func (w *workshop) describe(t *testing.T, who, name string) bot.Reply {
	t.Helper()
	f := opened(t, w.as(t, who, bot.Invoked{Path: []string{"new-service"}, Args: name}))
	f = opened(t, w.as(t, who, submit(f, card.Values{"name": {"refunds"}})))
	return w.as(t, who, submit(f, card.Values{}))
}

// work does the jobs of runs that are due, and of waits.
func (w *workshop) work(t *testing.T) {
	t.Helper()
	tasks := bot.TaskHandler(w.state.Tasks, func() time.Time { return w.now }, w.RunTask)
	waits := bot.WaitHandler(w.state.Tasks, w.ExpireRun)
	for _, j := range due(t, w.queue) {
		switch j.Kind {
		case bot.TaskJobs(commands.TaskRun):
			j.Attempts, j.Attempt = 20, 1
			_, _ = tasks(t.Context(), j)
		case bot.TaskWaits(commands.TaskRun):
			if !j.RunAt.After(w.now) {
				_, err := waits(t.Context(), j)
				check(t, err)
			}
		}
	}
}

func TestNewFromForm(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}))
	var names []string
	for _, q := range f.Fields {
		names = append(names, q.Name)
	}
	if got := strings.Join(names, " "); got != "name owner db" || f.Title != "Go service" || f.Intro[0].Text != "About it (1/2)" || f.Submit != "Next" {
		t.Fatalf("the first page is %q: %s, %s", f.Title, got, f.Submit)
	}
	if got := f.Fields[1].Value; !slices.Equal(got, []string{"group:default/shop"}) {
		t.Errorf("the owner is prefilled with %v, not with the asker's team", got)
	}
	if got := f.Fields[1].Named; len(got) != 1 || got[0].Label != "Shop" || got[0].Value != "group:default/shop" {
		t.Errorf("the owner is called %v", got)
	}
	changed := opened(t, w.as(t, "ada", bot.Changed{Form: f.ID, Draft: f.Draft, Field: "db", Values: card.Values{"name": {"-x"}, "db": {"true"}}}))
	if n := len(changed.Fields); n != 4 || changed.Fields[0].Value[0] != "-x" {
		t.Errorf("with a database: %d fields, %v", n, changed.Fields[0].Value)
	}
	if r, ok := w.as(t, "ada", submit(f, card.Values{"name": {"-x"}, "db": {"false"}})).(bot.Invalid); !ok || r.Fields["name"] == "" || len(r.Fields) != 1 {
		t.Errorf("a bad name is answered with %v", r.Fields)
	}
	more := opened(t, w.as(t, "ada", submit(f, card.Values{"name": {"refunds"}, "db": {"true"}, "owner": {"Shop"}})))
	if len(more.Fields) != 4 {
		t.Errorf("fields that an answer brings up are not asked: %d", len(more.Fields))
	}
	second := opened(t, w.as(t, "ada", submit(more, card.Values{"name": {"refunds"}, "db": {"true"}, "owner": {"Shop"}, "engine": {"pg"}})))
	names = nil
	for _, q := range second.Fields {
		names = append(names, q.Name+"="+strings.Join(q.Value, ","))
	}
	if got := strings.Join(names, " "); got != "repoUrl/owner=acme repoUrl/repo=refunds token=" {
		t.Errorf("the second page asks %s", got)
	}
	w.taken = "github.com?owner=acme&repo=refunds"
	if r, ok := w.as(t, "ada", submit(second, card.Values{})).(bot.Invalid); !ok || !strings.Contains(r.Fields["repoUrl/repo"], "acme/refunds") {
		t.Errorf("a name that is taken: %v", r.Fields)
	}
	plan := w.as(t, "ada", submit(second, card.Values{"repoUrl/repo": {"refunds2"}, "token": {"s3cret"}}))
	text := said(plan)
	for _, want := range []string{"refunds would be made from Go service", "Creates the repository acme/refunds", "main.go", "2 files, 2.1 kB", "acme/refunds2"} {
		if !strings.Contains(text, want) {
			t.Errorf("the plan says nothing of %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "s3cret") {
		t.Errorf("the plan shows a secret:\n%s", text)
	}
	if other := said(w.as(t, "bob", press(t, plan, "new_go"))); !strings.Contains(other, "form") {
		t.Errorf("somebody else's plan: %s", other)
	}
	w.as(t, "ada", press(t, plan, "new_go"))
	w.work(t)
	if len(w.kiln.runs) != 1 {
		t.Fatalf("%d runs", len(w.kiln.runs))
	}
	r := w.kiln.runs[0]
	if r.Secrets["token"] != "s3cret" || strings.Contains(string(r.Values), "s3cret") || r.By != st.Ref("user:ada") || !strings.Contains(string(r.Values), `"owner":"group:default/shop"`) {
		t.Errorf("the run is asked for with %s, %v, by %s", r.Values, r.Secrets, r.By)
	}
	task, _, err := w.follows.Since(t.Context(), commands.TaskRun+":"+r.ID, 0)
	check(t, err)
	if strings.Contains(string(task.Data), "s3cret") {
		t.Error("the task holds a secret")
	}
}

func TestPlanAndRun(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	plan := w.describe(t, "ada", "go-service")
	file := w.as(t, "ada", press(t, plan, "new_file"))
	if !strings.Contains(said(file), "# hello") {
		t.Errorf("a file: %s", said(file))
	}
	other := press(t, plan, "new_file")
	other.Intent.Args = []string{other.Intent.Args[0], "cmd/app/main.go"}
	if text := said(w.as(t, "ada", other)); !strings.Contains(text, "-package old") || !strings.Contains(text, "+package main") {
		t.Errorf("what changes in a file: %s", text)
	}
	if w.kiln.plans != 1 {
		t.Errorf("planned %d times", w.kiln.plans)
	}
	begun := w.as(t, "ada", press(t, plan, "new_go"))
	if _, ok := begun.(bot.Update); !ok || !strings.Contains(said(begun), "refunds is under way") {
		t.Errorf("%T %s", begun, said(begun))
	}
	if again := said(w.as(t, "ada", press(t, plan, "new_go"))); !strings.Contains(again, "already") {
		t.Errorf("pressed once more: %s", again)
	}
	w.work(t)
	if len(w.kiln.runs) != 1 {
		t.Fatalf("%d runs", len(w.kiln.runs))
	}
	key := commands.TaskRun + ":" + w.kiln.runs[0].ID
	m, err := w.follows.Card(t.Context(), key, lang.English)
	check(t, err)
	text := card.Plain(m)
	for _, want := range []string{"refunds is there: 2 files", "Repository", "Push main."} {
		if !strings.Contains(text, want) {
			t.Errorf("the end says nothing of %q:\n%s", want, text)
		}
	}
	if len(w.made) != 1 || w.made[0].Entity != st.Ref("component:refunds") || w.made[0].Template != st.Ref("template:go-service") || w.made[0].Commit == "" {
		t.Errorf("what made it is kept as %+v", w.made)
	}
	if len(w.audited) != 1 || w.audited[0].Actor.ID != "ada" || !slices.Contains(w.audited[0].Answer.Entities, "component:default/refunds") {
		t.Errorf("the audit has %+v", w.audited)
	}
	var to []string
	for _, p := range w.posted {
		to = append(to, p.To.Channel+"/"+p.To.Thread)
	}
	if got := strings.Join(to, " "); got != "c/ c/m1 #new-things/" {
		t.Errorf("posted to %s: the run, the end in its thread, the announcement", got)
	}
	shown, err := w.ShowRun(t.Context(), w.kiln.runs[0].ID, 0, w.view(), lang.Chinese)
	check(t, err)
	if !shown.Over || shown.Title != "refunds" || len(shown.Lines) == 0 {
		t.Errorf("its page: %+v", shown)
	}
	if _, err := w.ShowRun(t.Context(), "gone", 0, w.view(), lang.English); !fault.Is(err, fault.NotFound) {
		t.Errorf("a run that is not there: %v", err)
	}
}

func (w *workshop) view() search.View { return w.reader.For(catalog.Viewer{}) }

// replace has the catalog hold another entity of the same name.
func (w *workshop) replace(t *testing.T, e *catalog.Entity) {
	t.Helper()
	all := slices.DeleteFunc(things(), func(o *catalog.Entity) bool { return o.Ref == e.Ref })
	w.reader = search.NewReader(catalog.Changes{Generation: 2, Upserts: append(all, e)}, nil, search.Options{})
	t.Cleanup(func() { check(t, w.reader.Close()) })
}

// asking has the template go-service ask what a text says.
func (w *workshop) asking(t *testing.T, text string) {
	t.Helper()
	n, err := yamldoc.Parse([]byte(text), yamldoc.Limits{})
	check(t, err)
	w.replace(t, template("go-service", func(e *catalog.Entity) { e.Document = catalog.NewDocument(yamldoc.AppendJSON(nil, n)) }))
}

// reload has the catalog know facts besides.
func (w *workshop) reload(t *testing.T, facts []catalog.Fact) {
	t.Helper()
	w.reader = search.NewReader(catalog.Changes{Generation: 2, Upserts: things(), Facts: facts}, nil, search.Options{})
	t.Cleanup(func() { check(t, w.reader.Close()) })
}

func TestPlanThatIsOld(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	plan := w.describe(t, "ada", "go-service")
	f := opened(t, w.as(t, "ada", press(t, plan, "new_change")))
	if f.Fields[0].Value[0] != "refunds" {
		t.Errorf("changing begins with %v", f.Fields[0].Value)
	}
	f = opened(t, w.as(t, "ada", submit(f, card.Values{"name": {"other"}})))
	w.as(t, "ada", submit(f, card.Values{}))
	old := w.as(t, "ada", press(t, plan, "new_go"))
	if text := said(old); !strings.Contains(text, "changed since") || !strings.Contains(text, "other would be made") {
		t.Errorf("an old plan is answered with:\n%s", text)
	}
	w.as(t, "ada", press(t, old, "new_drop"))
	if text := said(w.as(t, "ada", press(t, old, "new_go"))); !strings.Contains(text, "form") {
		t.Errorf("what was dropped: %s", text)
	}
	w.kiln.broken = fault.New(fault.Invalid, "step publish: there is no action publish:moon")
	if text := said(w.describe(t, "ada", "go-service")); !strings.Contains(text, "publish:moon") {
		t.Errorf("a plan that fails: %s", text)
	}
}

func TestWhoMayMakeWhat(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	if text := said(w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "old-service"})); !strings.Contains(text, "deprecated") || !strings.Contains(text, "Go service") {
		t.Errorf("a deprecated template: %s", text)
	}
	all := w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}})
	if text := said(all); strings.Contains(text, "old-service") || !strings.Contains(text, "2 templates") {
		t.Errorf("the list names what is deprecated: %s", text)
	}
	opened(t, w.as(t, "ada", press(t, all, "new")))
	plan := w.describe(t, "ada", "go-service")
	w.deny[commands.ActNew] = true
	for what, in := range map[string]bot.Input{
		"the command": bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}, "the button": press(t, all, "new"), "the plan": press(t, plan, "new_go"),
	} {
		if text := said(w.as(t, "ada", in)); !strings.Contains(text, "may not run") || !strings.Contains(text, "Platform") {
			t.Errorf("%s without permission: %s", what, text)
		}
	}
	w.work(t)
	if len(w.kiln.runs) != 0 {
		t.Error("it ran without permission")
	}
}

// TestWrongPartOfRepository: what is wrong with a repository stands beside the part that is wrong.
func TestWrongPartOfRepository(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}))
	second := opened(t, w.as(t, "ada", submit(f, card.Values{"name": {"refunds"}})))
	for _, tt := range []struct {
		values card.Values
		field  string
	}{
		{card.Values{"repoUrl/owner": {"evil"}}, "repoUrl/owner"},
		{card.Values{"repoUrl/repo": {""}}, "repoUrl/repo"},
	} {
		if r, ok := w.as(t, "ada", submit(second, tt.values)).(bot.Invalid); !ok || len(r.Fields) != 1 || r.Fields[tt.field] == "" {
			t.Errorf("%v: %v", tt.values, r.Fields)
		}
	}
}
