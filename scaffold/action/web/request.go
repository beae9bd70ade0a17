package web

import (
	"context"
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// request is http, or with backstage http:backstage:request.
type request struct {
	o         Options
	backstage bool
}

// Spec implements scaffold.Action.
func (r *request) Spec() scaffold.Spec {
	s := scaffold.Spec{
		Name:        "http",
		Description: "Makes a request to an address on the web.",
		Output: input.Schema(input.May("code", input.Number, "the status of the answer"), input.May("headers", input.Map, "its headers, names in lower case"),
			input.May("body", input.Any, "its body: data where it is JSON, else an object with the text as message")),
		Examples: []scaffold.Example{{
			Description: "Open a ticket",
			YAML: "id: ticket\naction: http\ninput:\n  url: https://tickets.acme.dev/api/tickets\n  method: POST\n  headers:\n    Authorization: Bearer ${{ secrets.ticketToken }}\n" +
				"  body:\n    title: Set up ${{ parameters.name }}\n",
		}},
	}
	where := input.Must("url", input.Name, "the address, which starts with https://")
	if r.backstage {
		s.Name, s.Description = "http:backstage:request", "Makes a request to the API of the Backstage that the configuration names."
		s.Examples = []scaffold.Example{{
			Description: "Ask a plugin through Backstage's proxy",
			YAML:        "id: project\naction: http:backstage:request\ninput:\n  method: POST\n  path: /proxy/snyk/projects\n  headers:\n    content-type: application/json\n  body:\n    name: ${{ parameters.name }}\n",
		}}
		where = input.Must("path", input.Name, "the path of the plugin, such as /proxy/snyk/projects")
	}
	fields := []input.Field{
		where, input.May("method", input.OneOf(methods()...), "GET by default"),
		input.May("headers", input.Map, "headers to send"), input.May("params", input.Map, "what is added to the address as a query"),
		input.May("body", input.Any, "a text, or data that is sent as JSON"),
		input.May("timeout", input.Number, "milliseconds; 60000 by default, 300000 at most"),
		input.May("continueOnBadResponse", input.Bool, "go on where the status is 400 or more"),
		input.May("idempotencyKey", input.Text, "sent as Idempotency-Key; otherwise the run, the step and the iteration are"),
	}
	if r.backstage {
		fields = append(fields, input.May("logRequestPath", input.Bool, "show the path in the log; true by default"),
			input.May("useBackstageToken", input.Bool, "send the token that the asker gave as the secret backstageToken"))
	}
	s.Input = input.Schema(fields...)
	return s
}

func methods() []string {
	return []string{"GET", "HEAD", "OPTIONS", "POST", "UPDATE", "DELETE", "PUT", "PATCH"}
}

// safe reports whether a method changes nothing (RFC 9110, 9.2.1).
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// planTimeout bounds a question that is asked while a run is planned.
const planTimeout = 15 * time.Second

// Plan implements scaffold.Action. The configured Backstage is asked what changes nothing, so that later steps know the
// answer; where it does not answer, they do without. Nobody else hears of a run before it is confirmed.
func (r *request) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	m, err := r.message(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	p := scaffold.Planned{Effects: []scaffold.Effect{{Key: lang.EffectRequest, Args: lang.Args{"method": m.Method, "address": m.shown}}}}
	if !safe(m.Method) || m.client == nil || !r.backstage {
		return p, nil
	}
	m.timeout = min(m.timeout, planTimeout)
	if p.Output, err = r.send(ctx, m); err != nil {
		c.Logf(ctx, "not asked while planning: %v", err)
	}
	return p, nil
}

// Apply implements scaffold.Action.
func (r *request) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	m, err := r.message(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	if m.client == nil {
		return template.Value{}, fault.New(fault.Invalid, "no requests are made here")
	}
	if m.logged {
		c.Logf(ctx, "%s %s", m.Method, m.shown)
	}
	if safe(m.Method) {
		return r.send(ctx, m)
	}
	return c.Once(ctx, "request", func(ctx context.Context, again bool) (template.Value, error) {
		if again {
			c.Logf(ctx, "an earlier attempt may have been received; it is sent again with the same Idempotency-Key")
		}
		return r.send(ctx, m)
	})
}

// maxAnswer bounds an answer that a later step may use, in bytes.
const maxAnswer = 4 << 20

func (r *request) send(ctx context.Context, m message) (template.Value, error) {
	ctx, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()
	resp, err := m.client.Do(ctx, m.Request)
	if err != nil {
		return template.Value{}, err
	}
	if len(resp.Body) > maxAnswer {
		return template.Value{}, fault.New(fault.Invalid, "the answer of %s has more than %d bytes", m.shown, maxAnswer)
	}
	if err := resp.Err(); err != nil && !m.goOn {
		return template.Value{}, err
	}
	return answer(resp), nil
}

// answer is an answer as the output of a step.
func answer(resp *outbound.Response) template.Value {
	headers := map[string]string{}
	for name, values := range resp.Header {
		headers[lower(name)] = values[0]
	}
	body := input.Output(input.Str("message", input.UTF8(resp.Body)))
	if isJSON(resp.Header.Get("Content-Type")) {
		if v, err := template.ParseJSON(resp.Body); err == nil {
			body = v
		}
	}
	return input.Output(input.Num("code", int64(resp.Status)), template.Field{Key: "headers", Value: input.JSON(headers)}, template.Field{Key: "body", Value: body})
}
