package plugins

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// HasPages is a Plugin with pages of its own in the web view, below /plugins/ and its name.
type HasPages interface {
	// WebPage returns the page at a path. One that is not there is an error of kind NotFound.
	WebPage(ctx context.Context, q WebQuery) (WebPage, error)
}

// WebQuery asks for a page.
type WebQuery struct {
	Path  string // below the plugin's own address, without a slash at either end; "" is its start
	Query url.Values
	Lang  lang.Lang
	// Sees reports whether the reader may see an entity. What a page says about one that may not be seen is left out.
	Sees func(catalog.Ref) bool
}

// WebPage is a message with a title, or a file.
type WebPage struct {
	Title   string
	Message card.Message
	File    *File // instead of the message
}

// File is a document of a vendor's making. The browser shows it in a sandbox: it can run scripts, but reach neither
// the web view nor the network.
type File struct {
	Type string // media type, for example "text/html; charset=utf-8"
	Body []byte
}

// HasActions is a Plugin with actions for software templates.
type HasActions interface {
	Actions() []Action
}

// Action is a step that templates can name.
type Action struct {
	ID          string          // for example "acme:dns:record"
	Description string          // what it does, in English
	Input       json.RawMessage // JSON Schema of its input
	Output      json.RawMessage // JSON Schema of its output; nil: it has none
	// Plan says what Apply would do, without doing it.
	Plan func(ctx context.Context, c ActionCall) (ActionPlan, error)
	// Apply does it, once per key: a second call with the same key finds what the first did and returns that.
	Apply func(ctx context.Context, c ActionCall) (output json.RawMessage, err error)
}

// ActionCall is one use of an action.
type ActionCall struct {
	Input json.RawMessage // checked against the schema
	Key   string          // names run, step and iteration
	Dir   string          // the workspace: files are read and written below it
	Log   *slog.Logger    // what it writes is shown to who runs the template
}

// ActionPlan is what an action would do.
type ActionPlan struct {
	Summary string          // in plain words; "" where nothing outside of the workspace happens
	Output  json.RawMessage // what Apply would return, as far as it can be told
}

// HasFields is a Plugin with fields for the forms of software templates.
type HasFields interface {
	Fields() []Field
}

// Field is an input that templates name with ui:field.
type Field struct {
	Name string // for example "JenkinsJobPicker"
	// Options returns what can be chosen, best first, for what was typed so far. nil: any text can be entered.
	Options func(ctx context.Context, q FieldQuery) ([]FieldOption, error)
	// Check returns what is wrong with a value, in the reader's language, or "".
	Check func(ctx context.Context, q FieldQuery) (problem string, err error)
}

// FieldQuery is the state of a field.
type FieldQuery struct {
	Typed   string          // or entered
	Values  json.RawMessage // of the form so far
	Options json.RawMessage // ui:options of the template
	Lang    lang.Lang
}

// FieldOption is something to choose.
type FieldOption struct{ Value, Label string }
