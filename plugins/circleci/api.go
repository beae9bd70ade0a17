package circleci

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Title is what readers call it.
const Title = "CircleCI"

// api asks CircleCI through its upstream.
type api struct{ up plugins.Upstream }

// How old answers may be: what hardly changes, and what somebody looks at.
const (
	rarely = "max-age=3600"
	soon   = "max-age=10"
)

// get asks for a path and decodes the answer. Errors have kind NotFound for what CircleCI does not know, Forbidden for
// what it refuses, Upstream for the rest.
func (a api) get(ctx context.Context, path, age string, into any) error {
	resp, err := a.up.Do(ctx, outbound.Request{URL: path, Header: http.Header{"Accept": {"application/json"}, "Cache-Control": {age}}})
	if err != nil {
		return err
	}
	return understand(resp, into)
}

// post asks for something to be done.
func (a api) post(ctx context.Context, path string, in, into any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "encode a request")
	}
	h := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}}
	resp, err := a.up.Do(ctx, outbound.Request{Method: http.MethodPost, URL: path, Header: h, Body: body})
	if err != nil {
		return err
	}
	return understand(resp, into)
}

// understand judges an answer.
func understand(resp *outbound.Response, into any) error {
	who := lang.Args{"provider": Title}
	switch s := resp.Status; {
	case s == http.StatusNotFound || s == http.StatusGone:
		return fault.New(fault.NotFound, "CircleCI does not know what was asked for")
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return fault.New(fault.Forbidden, "CircleCI refuses the token (status %d)", s).Say(string(lang.RunsRefused), who)
	case s == http.StatusTooManyRequests:
		return fault.New(fault.Upstream, "CircleCI asks for fewer requests (status 429)")
	case s < 200 || s > 299:
		return fault.New(fault.Upstream, "CircleCI answers with status %d", s)
	case resp.HTML():
		return fault.New(fault.Upstream, "CircleCI answers with a web page where data was expected")
	case into != nil && !decode(resp.Body, into):
		return fault.New(fault.Upstream, "CircleCI answers in a form that this version does not know")
	}
	return nil
}

func (a api) project(ctx context.Context, s Slug) (p project, err error) {
	err = a.get(ctx, "/api/v2/project/"+s.path(), rarely, &p)
	return p, err
}

// pipelines are the newest ones of a project, or of a branch of it: one page.
func (a api) pipelines(ctx context.Context, s Slug, branch string) ([]pipeline, error) {
	path := "/api/v2/project/" + s.path() + "/pipeline"
	if branch != "" {
		path += "?branch=" + url.QueryEscape(branch)
	}
	var out list[pipeline]
	err := a.get(ctx, path, soon, &out)
	return out.Items, err
}

// pages bounds how many pages of one list are read.
const pages = 5

// all reads the pages of a list.
func all[T any](ctx context.Context, a api, path string, most int) ([]T, error) {
	var items []T
	token := ""
	for range pages {
		at := path
		if token != "" {
			at += "?page-token=" + url.QueryEscape(token)
		}
		var page list[T]
		if err := a.get(ctx, at, soon, &page); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if token = page.Next; token == "" || len(page.Items) == 0 || len(items) >= most {
			break
		}
	}
	return items[:min(len(items), most)], nil
}

func (a api) workflows(ctx context.Context, pipeline string) ([]workflow, error) {
	return all[workflow](ctx, a, "/api/v2/pipeline/"+url.PathEscape(pipeline)+"/workflow", 100)
}

func (a api) jobs(ctx context.Context, workflow string) ([]job, error) {
	return all[job](ctx, a, "/api/v2/workflow/"+url.PathEscape(workflow)+"/job", 300)
}

func (a api) tests(ctx context.Context, s Slug, number int64) ([]testResult, error) {
	return all[testResult](ctx, a, "/api/v2/project/"+s.path()+"/"+strconv.FormatInt(number, 10)+"/tests", 5000)
}

func (a api) artifacts(ctx context.Context, s Slug, number int64) ([]artifact, error) {
	return all[artifact](ctx, a, "/api/v2/project/"+s.path()+"/"+strconv.FormatInt(number, 10)+"/artifacts", 500)
}

func (a api) build(ctx context.Context, s Slug, number int64) (b build, err error) {
	err = a.get(ctx, "/api/v1.1/project/"+s.old()+"/"+strconv.FormatInt(number, 10), soon, &b)
	return b, err
}

// output reads what a step wrote, from the signed address that a build gives.
func (a api) output(ctx context.Context, address string) (string, error) {
	var pieces []output
	if err := a.get(ctx, address, rarely, &pieces); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.Message)
	}
	return b.String(), nil
}

// timeOf reads an instant; the zero time is none.
func timeOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// insight is a finished run of a workflow as Insights keep it, for 90 days.
type insight struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Duration int64  `json:"duration"` // seconds
	Created  string `json:"created_at"`
}

func (a api) insights(ctx context.Context, s Slug, branch, name string) ([]insight, error) {
	var out list[insight]
	err := a.get(ctx, "/api/v2/insights/"+s.path()+"/workflows/"+url.PathEscape(name)+"?branch="+url.QueryEscape(branch), "max-age=300", &out)
	return out.Items, err
}
