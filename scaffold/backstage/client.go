package backstage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Options say which Backstage it is.
type Options struct {
	URL   string // of the backend: https://portal.example.com
	Token string // of external access; "" where none is asked for
	HTTP  *http.Client
}

// Client talks to the scaffolder of a Backstage. It is safe for concurrent use. Errors are of kind fault.Invalid where
// Backstage refuses what it was given, fault.Forbidden, fault.NotFound, and fault.Upstream where it does not answer.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// The bounds of one call.
const (
	maxAnswer   = 64 << 20 // bytes; a dry run answers with every file
	callTimeout = time.Minute
	maxReason   = 2000 // bytes of an error that are repeated
)

// New returns a client. An address that is none is an error of kind fault.Invalid.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fault.New(fault.Invalid, "%q is no address of a Backstage", o.URL)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: callTimeout}
	}
	return &Client{base: strings.TrimRight(o.URL, "/") + "/api/scaffolder/v2", token: o.Token, http: o.HTTP}, nil
}

// Schema is what a template asks, as GET .../parameter-schema answers.
type Schema struct {
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Steps       []SchemaPage `json:"steps"`
}

// SchemaPage is one page of a form.
type SchemaPage struct {
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"` // JSON Schema with ui: keys
}

// Schema returns what a template asks.
func (c *Client) Schema(ctx context.Context, namespace, kind, name string) (Schema, error) {
	var out Schema
	path := "/templates/" + url.PathEscape(namespace) + "/" + url.PathEscape(kind) + "/" + url.PathEscape(name) + "/parameter-schema"
	return out, c.call(ctx, http.MethodGet, path, nil, &out)
}

// DryRun is what a dry run did.
type DryRun struct {
	Log   []Event        `json:"log"`
	Steps []Step         `json:"steps"`
	Files []File         `json:"directoryContents"`
	Out   map[string]any `json:"output"`
}

// Step is a step of a template.
type Step struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Action string `json:"action"`
}

// File is a file of a workspace.
type File struct {
	Path       string `json:"path"`
	Executable bool   `json:"executable"`
	Content    []byte `json:"base64Content"`
}

// DryRun runs a template without effects. The template is its whole entity.
func (c *Client) DryRun(ctx context.Context, template, values json.RawMessage, secrets map[string]string) (DryRun, error) {
	var out DryRun
	body := map[string]any{"template": template, "values": values, "secrets": secrets, "directoryContents": []File{}}
	return out, c.call(ctx, http.MethodPost, "/dry-run", body, &out)
}

// Start begins a task and returns its id.
func (c *Client) Start(ctx context.Context, templateRef string, values json.RawMessage, secrets map[string]string) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	err := c.call(ctx, http.MethodPost, "/tasks", map[string]any{"templateRef": templateRef, "values": values, "secrets": secrets}, &out)
	if err == nil && out.ID == "" {
		err = fault.New(fault.Upstream, "Backstage began a task and did not say which")
	}
	return out.ID, err
}

// Task is a task as it stands.
type Task struct {
	ID        string    `json:"id"`
	Status    Status    `json:"status"`
	CreatedAt time.Time `json:"createdAt"`
	Spec      struct {
		Steps      []Step          `json:"steps"`
		Parameters json.RawMessage `json:"parameters"` // the values that it was begun with
		Template   struct {
			Ref string `json:"entityRef"`
		} `json:"templateInfo"`
	} `json:"spec"`
}

// Status is how a task, or a step, stands.
type Status string

// The statuses.
const (
	Open       Status = "open"
	Processing Status = "processing"
	Completed  Status = "completed"
	Failed     Status = "failed"
	Cancelled  Status = "cancelled"
	Skipped    Status = "skipped"
)

// Over reports whether nothing more happens.
func (s Status) Over() bool { return s == Completed || s == Failed || s == Cancelled || s == Skipped }

// Task returns a task.
func (c *Client) Task(ctx context.Context, id string) (Task, error) {
	var out Task
	return out, c.call(ctx, http.MethodGet, "/tasks/"+url.PathEscape(id), nil, &out)
}

// tasksEach is how many tasks one call lists.
const tasksEach = 100

// Tasks returns the newest tasks that the token may see, at most so many.
func (c *Client) Tasks(ctx context.Context, most int) ([]Task, error) {
	var all []Task
	for len(all) < most {
		var out struct {
			Tasks []Task `json:"tasks"`
		}
		path := fmt.Sprintf("/tasks?limit=%d&offset=%d&order=%s", min(tasksEach, most-len(all)), len(all), url.QueryEscape("desc:created_at"))
		if err := c.call(ctx, http.MethodGet, path, nil, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Tasks...)
		if len(out.Tasks) < tasksEach {
			break
		}
	}
	return all[:min(len(all), most)], nil
}

// Cancel asks a task to end.
func (c *Client) Cancel(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, "/tasks/"+url.PathEscape(id)+"/cancel", struct{}{}, nil)
}

// Retry has a task that failed go on from there.
func (c *Client) Retry(ctx context.Context, id string, secrets map[string]string) error {
	return c.call(ctx, http.MethodPost, "/tasks/"+url.PathEscape(id)+"/retry", map[string]any{"secrets": secrets}, nil)
}

// Event is something that happened to a task.
type Event struct {
	ID   int64     `json:"id"`
	Type string    `json:"type"` // log, completion, cancelled, recovered
	At   time.Time `json:"createdAt"`
	Body struct {
		Message string `json:"message"`
		Step    string `json:"stepId"`
		Status  Status `json:"status"`
		Error   *struct {
			Message string `json:"message"`
		} `json:"error"`
		Output json.RawMessage `json:"output"`
	} `json:"body"`
}

// Events returns what happened behind an event, in order.
func (c *Client) Events(ctx context.Context, id string, after int64) ([]Event, error) {
	var out []Event
	return out, c.call(ctx, http.MethodGet, fmt.Sprintf("/tasks/%s/events?after=%d", url.PathEscape(id), after), nil, &out)
}

// call makes one call. in is written as JSON, out read; nil for none.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "write a call to Backstage")
		}
		body = bytes.NewReader(data)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "call Backstage")
	}
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // which names no address
		}
		return away(err, "Backstage does not answer")
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return away(err, "read what Backstage answers")
	case len(data) > maxAnswer:
		return fault.New(fault.Upstream, "Backstage answers with more than %d MB", maxAnswer>>20)
	case resp.StatusCode >= 300:
		return refused(resp.StatusCode, data)
	case out == nil || len(bytes.TrimSpace(data)) == 0:
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return away(err, "read what Backstage answers")
	}
	return nil
}

// away is the error of a Backstage that does not answer, or not as one.
func away(err error, message string) error {
	return (&fault.Error{Kind: fault.Upstream, Message: message, Err: err}).Say(string(lang.NewBackstageAway), nil)
}

// refused is the error of an answer that is none.
func refused(status int, data []byte) error {
	kind := fault.Upstream
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		kind = fault.Invalid
	case http.StatusUnauthorized, http.StatusForbidden:
		kind = fault.Forbidden
	case http.StatusNotFound:
		kind = fault.NotFound
	}
	var says struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
		Errors []struct {
			Property string `json:"property"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	why := ""
	if json.Unmarshal(data, &says) == nil {
		why = says.Error.Message
		for _, e := range says.Errors {
			why = strings.TrimSpace(why + " " + strings.TrimPrefix(e.Property, "instance.") + " " + e.Message + ".")
		}
	}
	out := fault.New(kind, "Backstage answers %d", status)
	if why != "" {
		out = fault.New(kind, "Backstage says: %s", why[:min(len(why), maxReason)])
	}
	switch kind {
	case fault.Forbidden:
		out = out.Say(string(lang.NewBackstageRefuses), nil)
	case fault.Upstream:
		out = out.Say(string(lang.NewBackstageAway), nil)
	}
	return out
}
