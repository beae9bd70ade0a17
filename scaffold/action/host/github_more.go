package host

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// webhook is github:webhook.
type webhook struct{ p *publisher }

// Spec implements scaffold.Action.
func (webhook) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "github:webhook",
		Description: "Adds a webhook to a repository on GitHub.",
		Input: input.Schema(repoURLField(), input.Must("webhookUrl", input.Name, "where events are sent to"),
			input.May("webhookSecret", input.Text, "what signs them"), input.May("events", input.Texts, "push by default; * stands for all"),
			input.May("active", input.Bool, "true by default"), input.May("contentType", input.OneOf("form", "json"), "form by default"),
			input.May("insecureSsl", input.Bool, "do not check the certificate of the receiver"), tokenField()),
		Examples: []scaffold.Example{{
			Description: "Tell the build server of pushes",
			YAML:        "id: hook\naction: github:webhook\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  webhookUrl: https://ci.acme.dev/hooks/github\n  webhookSecret: ${{ secrets.hookSecret }}\n  contentType: json\n",
		}},
	}
}

type hookInput struct {
	RepoURL, WebhookURL, WebhookSecret, ContentType, Token string
	Events                                                 []string
	Active                                                 *bool
	InsecureSSL                                            bool
}

func (a webhook) read(ctx context.Context, c *scaffold.Call) (in hookInput, r *repository, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, err
	}
	if u, err := url.Parse(in.WebhookURL); err != nil || u.Host == "" || !input.IsWeb(in.WebhookURL) {
		return in, nil, fault.New(fault.Invalid, "webhookUrl is not an address on the web")
	}
	r, err = a.p.gitHub(c, in.RepoURL, in.Token)
	return in, r, err
}

// Plan implements scaffold.Action.
func (a webhook) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, r, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	u, _ := url.Parse(in.WebhookURL) // it was checked
	return scaffold.Planned{Effects: []scaffold.Effect{{Key: lang.EffectWebhook, Args: lang.Args{"repo": r.Path(), "host": r.Host, "to": u.Host}}}}, nil
}

// Apply implements scaffold.Action.
func (a webhook) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, r, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	if len(in.Events) == 0 {
		in.Events = []string{"push"}
	}
	if in.ContentType == "" {
		in.ContentType = "form"
	}
	return c.Once(ctx, "hook", func(ctx context.Context, again bool) (template.Value, error) {
		if again {
			var hooks []struct{ Config struct{ URL string } }
			if err := r.send(ctx, http.MethodGet, r.top()+"/hooks?per_page=100", nil, &hooks); err != nil {
				return template.Value{}, refused(err, "look at the webhooks of %s", r.Path())
			}
			for _, h := range hooks {
				if h.Config.URL == in.WebhookURL {
					return template.Value{}, nil
				}
			}
		}
		config := map[string]any{"url": in.WebhookURL, "content_type": in.ContentType, "insecure_ssl": map[bool]string{true: "1", false: "0"}[in.InsecureSSL]}
		if in.WebhookSecret != "" {
			config["secret"] = in.WebhookSecret
		}
		b := map[string]any{"name": "web", "config": config, "events": in.Events, "active": orTrue(in.Active)}
		return template.Value{}, refused(r.send(ctx, http.MethodPost, r.top()+"/hooks", b, nil), "add a webhook to %s", r.Path())
	})
}

// labels is github:issues:label.
type labels struct{ p *publisher }

// Spec implements scaffold.Action.
func (labels) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "github:issues:label",
		Description: "Adds labels to an issue or pull request on GitHub.",
		Input: input.Schema(repoURLField(), input.Must("number", input.Either(input.Number, input.Text), "of the issue or pull request"),
			input.Must("labels", input.Texts, "the labels to add"), tokenField()),
		Examples: []scaffold.Example{{
			Description: "Label the pull request that an earlier step opened",
			YAML:        "id: label\naction: github:issues:label\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  number: ${{ steps.propose.output.pullRequestNumber }}\n  labels: [template]\n",
		}},
	}
}

type labelInput struct {
	RepoURL, Token string
	Number         input.Value
	Labels         []string
}

func (a labels) read(ctx context.Context, c *scaffold.Call) (in labelInput, r *repository, number int64, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, 0, err
	}
	if number, err = strconv.ParseInt(in.Number.String(), 10, 64); err != nil || number < 0 {
		return in, nil, 0, fault.New(fault.Invalid, "%q is not the number of an issue", clip(in.Number.String()))
	}
	r, err = a.p.gitHub(c, in.RepoURL, in.Token)
	return in, r, number, err
}

// Plan implements scaffold.Action.
func (a labels) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, r, number, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	e := scaffold.Effect{Key: lang.EffectLabelNew, Args: lang.Args{"repo": r.Path(), "host": r.Host, "labels": strings.Join(in.Labels, ", ")}}
	if number > 0 {
		e.Key, e.Args["issue"] = lang.EffectLabel, strconv.FormatInt(number, 10)
	}
	return scaffold.Planned{Effects: []scaffold.Effect{e}}, nil
}

// Apply implements scaffold.Action.
func (a labels) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, r, number, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	err = r.send(ctx, http.MethodPost, r.top()+"/issues/"+strconv.FormatInt(number, 10)+"/labels", map[string]any{"labels": in.Labels}, nil)
	return template.Value{}, refused(err, "label issue %d of %s", number, r.Path())
}

// dispatch is github:actions:dispatch.
type dispatch struct{ p *publisher }

// Spec implements scaffold.Action.
func (dispatch) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "github:actions:dispatch",
		Description: "Starts a workflow of a repository on GitHub.",
		Input: input.Schema(repoURLField(), input.Must("workflowId", input.Either(input.Name, input.Number), "the file of the workflow, or its id"),
			input.Must("branchOrTagName", input.Name, "what it runs on"), input.May("workflowInputs", input.Map, "its inputs"), tokenField()),
		Examples: []scaffold.Example{{
			Description: "Deploy for the first time",
			YAML:        "id: deploy\naction: github:actions:dispatch\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  workflowId: deploy.yaml\n  branchOrTagName: main\n  workflowInputs:\n    environment: test\n",
		}},
	}
}

type dispatchInput struct {
	RepoURL, BranchOrTagName, Token string
	WorkflowID                      input.Value
	WorkflowInputs                  input.Value
}

func (a dispatch) read(ctx context.Context, c *scaffold.Call) (in dispatchInput, r *repository, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, err
	}
	if err := checkBranch(in.BranchOrTagName); err != nil {
		return in, nil, err
	}
	r, err = a.p.gitHub(c, in.RepoURL, in.Token)
	return in, r, err
}

// Plan implements scaffold.Action.
func (a dispatch) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, r, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	return scaffold.Planned{Effects: []scaffold.Effect{{
		Key: lang.EffectWorkflow, Args: lang.Args{"workflow": in.WorkflowID.String(), "repo": r.Path(), "host": r.Host, "branch": in.BranchOrTagName},
	}}}, nil
}

// Apply implements scaffold.Action.
func (a dispatch) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, r, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	at := r.top() + "/actions/workflows/" + url.PathEscape(in.WorkflowID.String())
	since, err := c.Once(ctx, "since", func(context.Context, bool) (template.Value, error) {
		return template.StringValue(c.Now().UTC().Format(time.RFC3339)), nil
	})
	if err != nil {
		return template.Value{}, err
	}
	return c.Once(ctx, "dispatch", func(ctx context.Context, again bool) (template.Value, error) {
		if again && r.ran(ctx, at, in.BranchOrTagName, since.String()) {
			c.Logf(ctx, "an earlier attempt of this run has started the workflow")
			return template.Value{}, nil
		}
		b := map[string]any{"ref": in.BranchOrTagName}
		if in.WorkflowInputs.Len() > 0 {
			texts := map[string]string{} // GitHub takes texts only
			for k, v := range in.WorkflowInputs.Entries {
				texts[k] = v.String()
			}
			b["inputs"] = texts
		}
		// A workflow that was pushed a moment ago is not known at once.
		err := eventually(ctx, func() error { return r.send(ctx, http.MethodPost, at+"/dispatches", b, nil) },
			func(err error) bool { return rest.Code(err) == http.StatusNotFound })
		return template.Value{}, refused(err, "start the workflow %s of %s", in.WorkflowID.String(), r.Path())
	})
}

// ran reports whether a workflow was started by hand on a branch since a time.
func (r *repository) ran(ctx context.Context, at, branch, since string) bool {
	var found struct {
		Total int `json:"total_count"`
	}
	q := url.Values{"event": {"workflow_dispatch"}, "branch": {branch}, "created": {">=" + since}, "per_page": {"1"}}
	err := r.send(ctx, http.MethodGet, at+"/runs?"+q.Encode(), nil, &found)
	return err == nil && found.Total > 0
}
