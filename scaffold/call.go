package scaffold

import (
	"context"
	"fmt"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Call is one execution of an action: one step of a run, or one iteration of a step with each.
type Call struct {
	Input     template.Value // an object that fits the schema
	Workspace *Workspace
	Run       string // id of the run, a UUIDv7
	Step      string // id of the step
	Iteration int    // from 0; steps without each have one
	Planning  bool   // nothing outside of the workspace may change, and nothing is to be waited for
	Asker     Asker
	Template  Origin
	// Secrets are what the asker gave for this run alone, an object; their values are kept out of everything shown.
	Secrets template.Value
	// Engine renders files, with the filters and hosts that the run's own expressions have.
	Engine *template.Engine
	Now    func() time.Time
	// Again: an earlier attempt began this call, so that what it was to change outside may have been changed.
	Again bool

	log   func(ctx context.Context, text string)
	marks marker
}

// Asker is who a run is for.
type Asker struct {
	Ref   catalog.Ref    // of the user's entity; zero where it is not known
	User  template.Value // the entity, an object, or undefined
	Name  string         // as a person reads it
	Actor string         // the account that asked, platform:workspace:id; "" in a command
}

// Origin is where a template comes from.
type Origin struct {
	Ref catalog.Ref
	// File is the address of the file that holds the template, a URL or a local path, which relative addresses in
	// its steps start from.
	File   string
	Commit string // of the repository when the template was read; "" where it is not known
}

// Key names the call across attempts: a change outside that is made under it is made once.
func (c *Call) Key() string { return fmt.Sprintf("%s/%s/%d", c.Run, c.Step, c.Iteration) }

// Logf adds a line to the log of the step. Secrets are taken out of it.
func (c *Call) Logf(ctx context.Context, format string, args ...any) {
	if c.log != nil {
		c.log(ctx, fmt.Sprintf(format, args...))
	}
}

// Once does something that must not be done twice, such as making a repository, and returns its result: the run
// records that it begins, and then the result. When a process ended in between, do is called with again and has to
// look whether it was done before it does it; when there is a result, do is not called at all. The name is unique in
// the call. While planning, nothing is recorded.
func (c *Call) Once(ctx context.Context, name string, do func(ctx context.Context, again bool) (template.Value, error)) (template.Value, error) {
	if c.marks == nil || c.Planning {
		return do(ctx, false)
	}
	result, begun, done, err := c.marks.begin(ctx, c.Step, c.Iteration, name)
	if err != nil || done {
		return result, err
	}
	if result, err = do(ctx, begun); err != nil {
		return result, err
	}
	return result, c.marks.end(context.WithoutCancel(ctx), c.Step, c.Iteration, name, result)
}

// marker keeps what Once must not forget.
type marker interface {
	begin(ctx context.Context, step string, iteration int, name string) (result template.Value, begun, done bool, err error)
	end(ctx context.Context, step string, iteration int, name string, result template.Value) error
}
