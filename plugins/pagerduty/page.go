package pagerduty

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Plan is who is on call at PagerDuty, as it was read last; oncall.Kept is one.
type Plan interface {
	plugins.OnCall
	// Roster is what was read last, and when; ok is false when nothing ever was.
	Roster() (r plugins.Roster, asOf time.Time, ok bool)
	// Problem is why the plan could not be read the last time, or nil.
	Problem() error
}

// Pager pages through an account.
type Pager struct {
	account *Account
	plan    Plan
}

var _ plugins.Paging = (*Pager)(nil)

// NewPager returns a pager for the services of a plan.
func NewPager(a *Account, plan Plan) *Pager { return &Pager{a, plan} }

// Routes implements plugins.Paging: one for each service of the plan that the query is about.
func (p *Pager) Routes(ctx context.Context, q plugins.OnCallQuery) ([]plugins.PageRoute, error) {
	r, asOf, ok := p.plan.Roster()
	if !ok {
		return nil, p.plan.Problem()
	}
	shifts, err := p.plan.Shifts(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []plugins.PageRoute
	for _, s := range shifts {
		if s.Level != 1 {
			continue
		}
		for _, id := range meant(s.Services, q.Services) {
			i := slices.IndexFunc(out, func(o plugins.PageRoute) bool { return o.Service == id })
			if i < 0 {
				about := r.Services[id]
				i, out = len(out), append(out, plugins.PageRoute{
					Vendor: Name, Service: id, Title: cmp.Or(about.Title, id), Policy: about.Policy, URL: about.URL, Asleep: about.Asleep,
					AsOf: asOf, Silent: s.Silent != "",
				})
			}
			if !s.Gap() {
				out[i].Who = append(out[i].Who, target(r, s))
			}
		}
	}
	return out, nil
}

// meant are the services of a line that a query names; all of them where it names none.
func meant(services, named []string) []string {
	var out []string
	for _, id := range services {
		if has(named, id) {
			out = append(out, id)
		}
	}
	if len(out) == 0 {
		return services
	}
	return out
}

// target is who is asked first, with the number that the source knows of them.
func target(r plugins.Roster, s plugins.Shift) plugins.PageTarget {
	t := plugins.PageTarget{Shift: s}
	for _, l := range r.Lines {
		if l.ID != s.Schedule {
			continue
		}
		for _, st := range l.Stretches {
			if st.From.Equal(s.From) || !s.From.IsZero() && !st.From.After(s.From) && (st.To.IsZero() || st.To.After(s.From)) {
				person := r.People[st.Person]
				t.Phone, t.URL = person.Phone, person.URL
			}
		}
	}
	return t
}

// Page implements plugins.Paging by an incident of high urgency, whose key is the request's.
func (p *Pager) Page(ctx context.Context, r plugins.PageRequest) (plugins.Page, error) {
	a := p.account
	from := p.from(r.Email)
	if from == "" {
		return plugins.Page{}, fault.New(fault.Invalid, "%s wants to know on whose behalf it pages: set plugins.oncall.pagerduty.from to the e-mail address of a user there", Name)
	}
	open, now, err := a.open(ctx, r.Service)
	if err != nil {
		return plugins.Page{}, err
	}
	for _, i := range open {
		if i.Key == r.Key {
			return page(i), nil // this request came through before
		}
	}
	for _, i := range open {
		age := now.Sub(i.Created)
		if i.Urgency == "low" || age > plugins.JoinPages || age < -plugins.JoinPages {
			continue
		}
		joined := page(i)
		joined.Joined = true
		// The note is for whoever answers; that they are called does not hang on it.
		_ = a.note(ctx, i.ID, from, body(r))
		return joined, nil
	}
	return a.create(ctx, r, from)
}

// from is the PagerDuty user on whose behalf somebody pages: themselves where PagerDuty knows them.
func (p *Pager) from(email string) string {
	if r, _, ok := p.plan.Roster(); ok && email != "" {
		for _, person := range r.People {
			if strings.EqualFold(person.Email, email) {
				return person.Email
			}
		}
	}
	return p.account.cfg.From
}

// open are the incidents of a service that nobody has resolved, newest first, and the time by PagerDuty's clock.
func (a *Account) open(ctx context.Context, service string) ([]incident, time.Time, error) {
	const lookBack = 24 * time.Hour // far more than clocks are apart
	query := url.Values{
		"service_ids[]": {service}, "statuses[]": {"triggered", "acknowledged"}, "since": {stamp(a.cfg.Now().Add(-lookBack))},
		"sort_by": {"created_at:desc"}, "limit": {"25"}, "time_zone": {"UTC"},
	}
	return a.incidents(ctx, query)
}

func (a *Account) incidents(ctx context.Context, query url.Values) ([]incident, time.Time, error) {
	w := clockWay{a.cfg.Way, a.cfg.Now()}
	asked := a.with(&w)
	var page struct {
		Incidents []incident `json:"incidents"`
	}
	err := asked.get(ctx, "/incidents", query, &page)
	return page.Incidents, w.now, err
}

// with is the account as it asks in another way.
func (a *Account) with(w Way) *Account {
	cfg := a.cfg
	cfg.Way = w
	return &Account{cfg: cfg}
}

// clockWay notes the other side's clock.
type clockWay struct {
	Way
	now time.Time
}

// Do implements Way.
func (c *clockWay) Do(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	resp, err := c.Way.Do(ctx, r)
	if err == nil {
		if at, bad := http.ParseTime(resp.Header.Get("Date")); bad == nil {
			c.now = at
		}
	}
	return resp, err
}

// create opens an incident. When the answer does not arrive it is looked whether it is there.
func (a *Account) create(ctx context.Context, r plugins.PageRequest, from string) (plugins.Page, error) {
	var got struct {
		Incident incident `json:"incident"`
	}
	err := a.post(ctx, "/incidents", from, map[string]any{"incident": map[string]any{
		"type": "incident", "title": clip(r.Title, maxText), "urgency": "high", "incident_key": r.Key,
		"service": map[string]string{"id": r.Service, "type": "service_reference"},
		"body":    map[string]string{"type": "incident_body", "details": clip(body(r), maxDetails)},
	}}, &got)
	if err == nil && got.Incident.ID != "" {
		return page(got.Incident), nil
	}
	if err == nil {
		err = fault.New(fault.Upstream, "%s does not say what it did", Name)
	}
	if fault.Is(err, fault.Forbidden) {
		return plugins.Page{}, err
	}
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	found, _, bad := a.incidents(looking, url.Values{"incident_key": {r.Key}, "date_range": {"all"}})
	if i := slices.IndexFunc(found, func(i incident) bool { return i.Key == r.Key }); i >= 0 {
		return page(found[i]), nil
	}
	if bad != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
		err = &fault.Error{Kind: fault.Upstream, Message: err.Error(), Err: errors.Join(plugins.ErrPageUnclear, bad)}
	}
	return plugins.Page{}, err
}

// note adds a note to an incident.
func (a *Account) note(ctx context.Context, id, from, text string) error {
	var ignored json.RawMessage
	return a.post(ctx, "/incidents/"+url.PathEscape(id)+"/notes", from, map[string]any{"note": map[string]string{"content": clip(text, maxDetails)}}, &ignored)
}

// body is what stands in an incident besides its title.
func body(r plugins.PageRequest) string {
	var parts []string
	for _, s := range []string{r.Why, "Asked for by " + cmp.Or(r.From, "somebody") + " through Backchannel.", r.Link} {
		if s = strings.TrimSpace(s); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n\n")
}

// Paged implements plugins.Paging.
func (p *Pager) Paged(ctx context.Context, id string) (plugins.Page, error) {
	var got struct {
		Incident incident `json:"incident"`
	}
	if err := p.account.get(ctx, "/incidents/"+url.PathEscape(id), nil, &got); err != nil {
		return plugins.Page{}, err
	}
	return page(got.Incident), nil
}

// page is an incident as the neutral type.
func page(i incident) plugins.Page {
	p := plugins.Page{
		ID: i.ID, Number: i.Number, Title: cmp.Or(i.Title, i.Summary), URL: web(i.HTML), State: plugins.PageOpen, Began: i.Created,
	}
	for _, a := range i.Assignments {
		if a.Assignee.Summary != "" {
			p.Who = append(p.Who, a.Assignee.Summary)
		}
	}
	switch i.Status {
	case "acknowledged":
		p.State = plugins.PageAcknowledged
		for _, a := range i.Acknowledgements {
			p.By = cmp.Or(p.By, a.Acknowledger.Summary)
		}
	case "resolved":
		p.State, p.By = plugins.PageResolved, i.LastChange.Summary
	}
	return p
}
