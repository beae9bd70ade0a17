package commands

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// Scaffolding is what it takes to make new things from templates.
type Scaffolding struct {
	Engine Scaffolder
	Drafts bot.Drafts
	// Secrets keeps what was given on a page until the run has it; nil: templates that want secrets cannot be run.
	Secrets bot.Secrets
	// Approval says whose word a run of a template needs besides that of who asks; the zero Approval: nobody's.
	Approval func(template *catalog.Entity) Approval
	// Repos knows the hosts of repositories; nil: only what a template names, and nothing is checked.
	Repos RepoNames
	// Made notes which entities a run has made, so that it is known of them; nil: it is not.
	Made func(ctx context.Context, m Making) error
	// Audit is told how runs end; nil: nobody is. What people press is in the audit anyway.
	Audit func(bot.Entry)
	// Announce is the channel, on the platform of whoever asks, in which results are told besides; "" for none. A
	// template can name another one.
	Announce string
}

// Scaffolder runs templates: the engine of this program, or a Backstage elsewhere. It may wait for a network.
type Scaffolder interface {
	// Form reads the questions of a template.
	Form(ctx context.Context, template *catalog.Entity) (*scaffold.FormSource, error)
	// Plan says what a run would do, and does nothing.
	Plan(ctx context.Context, r RunRequest) (*RunPlan, error)
	// Run does it and returns what came of it. It is called again for the same run when a process ended in between or
	// somebody tries again, and goes on where it was. Its context ends when somebody stops the run.
	Run(ctx context.Context, r RunRequest, log RunLog) (RunResult, error)
}

// RepoNames knows hosts of repositories. Its methods may wait for a network, but not for longer than ctx allows.
type RepoNames interface {
	// Hosts are the hosts where repositories can be made, the usual one first.
	Hosts() []string
	// Parts are what names a repository on a host besides its own name, in order: "owner", or "organization" and
	// "project", ...; nil for a host that is not known.
	Parts(host string) []string
	// Taken reports whether there is a repository already. What cannot be found out is an error.
	Taken(ctx context.Context, repo string) (bool, error)
}

// RunRequest asks for a run.
type RunRequest struct {
	ID       string          // UUIDv7: the same for every attempt
	Template *catalog.Entity // as it was when the run was planned
	Values   json.RawMessage // what was filled in: one JSON object, without what nobody may read
	// Hidden is what was typed unseen, in an object of the shape of Values, or nil. Templates see it among the values;
	// it is neither kept nor shown.
	Hidden  json.RawMessage
	Secrets map[string]string // what templates see as secrets; the same goes for them
	By      catalog.Ref       // the User who asks; zero when not known
	ByName  string
	Actor   string // the account that asks, platform:workspace:id
	Attempt int    // from 1; 0 of plans
}

// RunPlan is what a run would do.
type RunPlan struct {
	Commit   string // of the template, "" when not known
	Steps    []PlanStep
	Files    []PlanFile // by path
	Size     int64      // of all files, in bytes
	Effects  []scaffold.Effect
	Warnings []string // plain English
}

// PlanStep is a step of a plan.
type PlanStep struct {
	ID, Name, Action string
	Skipped          bool
}

// PlanFile is a file of a plan.
type PlanFile struct {
	Path       string
	Size       int64
	Executable bool
	Text       []byte // nil: it is not text, or too long to be shown
	Before     []byte // what it takes the place of; nil: it is new
}

// RunLog is told what happens in a run.
type RunLog interface {
	// Event tells of one thing. Ids are unique in a run and the same when a step is done again; what was told once is
	// left out then.
	Event(ctx context.Context, e RunEvent) error
}

// RunEvent is one thing that happens in a run. It holds no secret.
type RunEvent struct {
	ID   string
	Kind RunEventKind
	Step string `json:",omitempty"` // id of the step
	Name string `json:",omitempty"` // of the step, for people
	N    int    `json:",omitempty"` // of the step, from 1
	Of   int    `json:",omitempty"` // steps in all
	Text string `json:",omitempty"` // a line of the log, or why

	// Heard and Until are of RunSilent: when what runs it last answered, zero where that is not known, and until when it is
	// waited for.
	Heard time.Time `json:",omitzero"`
	Until time.Time `json:",omitzero"`
}

// RunEventKind is what happened.
type RunEventKind string

// What happens in a run.
const (
	RunStepBegun   RunEventKind = "step"
	RunStepDone    RunEventKind = "step_done"
	RunStepSkipped RunEventKind = "step_skipped"
	RunStepFailed  RunEventKind = "step_failed"
	RunLine        RunEventKind = "log"
	RunSilent      RunEventKind = "silent" // what runs it does not answer, and is waited for
	RunHeard       RunEventKind = "heard"  // it answers again
)

// RunResult is what came of a run.
type RunResult struct {
	Links    []RunOutput
	Texts    []RunOutput
	Entities []string // full references of what was made, as far as the run says
	Files    int
}

// RunOutput is a link or a text that a template shows at the end.
type RunOutput struct {
	Title  string
	URL    string // of a link; "" where it leads to an entity
	Entity string // reference that a link leads to
	Text   string // Markdown
}

// Approval says whose word a run needs.
type Approval struct {
	By      []catalog.Ref // groups and users; nil: nobody's
	Alone   bool          // who asks may be who approves
	Expires time.Duration // how long the word is waited for
}

// Making says what made an entity.
type Making struct {
	Entity   catalog.Ref
	Template catalog.Ref
	Version  string // what the template calls its version, "" for none
	Commit   string // of the template, "" when not known
	Run      string // id
	By       string // account, platform:workspace:id
	At       time.Time
}

// ActNew is running a template; it concerns the template. Rules that name a command call it by this name too.
const ActNew Act = "new-service"

// The buttons of making new things. Their first argument is the id of a draft, but for intentNew: the template.
const (
	intentNew      = "new"          // opens the form
	intentChange   = "new_change"   // opens it again, from the first page
	intentDrop     = "new_drop"     // forgets it
	intentPlan     = "new_plan"     // shows the plan anew; the second argument is the number of its first file
	intentFile     = "new_file"     // shows a file of the plan; the second argument is its path
	intentGo       = "new_go"       // runs it, or asks for approval
	intentApprove  = "run_approve"  // the argument is the task's key
	intentDecline  = "run_decline"  // the same
	intentAgain    = "run_again"    // tries a run again that failed; the same
	formNew        = "new-service"  // the form
	draftLife      = 24 * time.Hour // of a form in progress
	defaultApprove = 72 * time.Hour // how long approval is waited for
	repoCheck      = 1500 * time.Millisecond
)

// intentMaking is what answers about something new are called. It is nobody's question, so that they are not shared.
const intentMaking understand.Intent = "new-service"

// TaskRun is the kind of task that runs a template. Its data is a RunData.
const TaskRun = "run"
