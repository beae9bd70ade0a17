package scaffold

import (
	"context"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Action is one thing that steps of templates do. Actions are used by several runs at once.
type Action interface {
	// Spec describes the action; it is always the same.
	Spec() Spec
	// Plan tells what Apply would do. It may do to the workspace whatever Apply does to it, since a planned run has a
	// workspace of its own, and may read from elsewhere, but changes nothing else. Its output is what Apply would
	// return, as far as that can be known.
	Plan(ctx context.Context, c *Call) (Planned, error)
	// Apply does it and returns the step's output, an object or undefined. It may be called again for the same call
	// after a process ended: see Call.Once.
	Apply(ctx context.Context, c *Call) (template.Value, error)
}

// Spec describes an action.
type Spec struct {
	Name        string // as steps name it, such as fetch:template
	Description string // one English sentence
	// Input and Output are JSON Schemas (draft 7) of objects, as JSON text; an empty one accepts every object. The
	// input is checked before any iteration of a step runs.
	Input, Output string
	// Strict are top-level fields of the input whose expressions must not fail, beside those that always must not:
	// see StrictFields.
	Strict []string
	// Local actions change nothing but the workspace, so that a planned run applies them.
	Local    bool
	Examples []Example
}

// Example is how an action is used.
type Example struct {
	Description string
	YAML        string // one step, without the dash
}

// Planned is what an action would do.
type Planned struct {
	Effects []Effect
	Output  template.Value // an object or undefined
	// Before is what files of the workspace take the place of elsewhere, by their paths in the workspace. Files that are
	// not in it are new, or Notes say otherwise.
	Before map[string][]byte
	Notes  []string // what could not be found out, in English
}

// Effect is a change outside of the workspace.
type Effect struct {
	Action  string         // name of the action; the engine fills it in
	Step    string         // id of the step; the engine fills it in
	Summary string         // English, one sentence without a final full stop; empty: the text of Key
	Key     lang.Key       // message that says it in other languages too, if there is one
	Args    lang.Args      // of Key
	Input   template.Value // what was given to the action; the engine fills it in, without secrets
}

// Text is the effect in words.
func (e Effect) Text(l lang.Lang) string {
	if e.Key != "" && (l != lang.English || e.Summary == "") {
		return lang.Text(l, e.Key, e.Args)
	}
	return e.Summary
}

// StrictFields are the fields of any action's input that name a repository, a place on the web, a path or an entity.
// An expression in them that fails ends the step; elsewhere it keeps its text, as in Backstage, with a warning.
func StrictFields() []string {
	return []string{
		"repoUrl", "url", "path", "targetPath", "sourcePath", "filePath", "files", "paths", "entityRef", "entityRefs",
		"catalogInfoUrl", "catalogInfoPath", "repoContentsUrl", "branchName", "targetBranchName", "branchOrTagName",
		"workflowId", "defaultBranch", "recipients", "owner", "repo", "filesToDelete",
	}
}

// Local returns an action that changes nothing but the workspace: planning it is doing it.
func Local(s Spec, do func(context.Context, *Call) (template.Value, error)) Action {
	s.Local = true
	return local{s, do}
}

type local struct {
	spec Spec
	do   func(context.Context, *Call) (template.Value, error)
}

func (l local) Spec() Spec { return l.spec }

func (l local) Plan(ctx context.Context, c *Call) (Planned, error) {
	out, err := l.do(ctx, c)
	return Planned{Output: out}, err
}

func (l local) Apply(ctx context.Context, c *Call) (template.Value, error) { return l.do(ctx, c) }
