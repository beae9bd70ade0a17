package pagerduty

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Roster implements plugins.Rota: the on-calls of the escalation policies behind the services and teams that the
// catalog names. Each schedule of a level is a line, and each user that a level names without a schedule.
func (a *Account) Roster(ctx context.Context, from, to time.Time) (plugins.Roster, error) {
	r := plugins.Roster{People: map[string]plugins.RosterPerson{}, Services: map[string]plugins.RosterService{}}
	behind, err := a.policies(ctx, r.Services)
	if err != nil {
		return plugins.Roster{}, err
	}
	lines := map[string]*plugins.RosterLine{}
	var order []string
	for _, some := range batches(behind.ids(), maxTogether) {
		query := url.Values{
			"time_zone": {"UTC"}, "include[]": {"users"}, "since": {stamp(from)}, "until": {stamp(to)}, "escalation_policy_ids[]": some,
		}
		err := a.pages(ctx, "/oncalls", query, func(raw []byte) (int, error) {
			var page struct {
				OnCalls []onCall `json:"oncalls"`
			}
			if err := json.Unmarshal(raw, &page); err != nil {
				return 0, err
			}
			for _, o := range page.OnCalls {
				order = add(lines, order, &r, behind, o)
			}
			return len(page.OnCalls), nil
		})
		if err != nil {
			return plugins.Roster{}, err
		}
	}
	for _, id := range order {
		r.Lines = append(r.Lines, *lines[id])
	}
	slices.SortStableFunc(r.Lines, func(x, y plugins.RosterLine) int {
		return cmp.Or(strings.Compare(strings.Join(x.Services, " "), strings.Join(y.Services, " ")), cmp.Compare(x.Level, y.Level), strings.Compare(x.ID, y.ID))
	})
	a.dial(ctx, &r)
	return r, nil
}

// add puts one on-call onto its line, and returns the lines' ids in the order in which they were met.
func add(lines map[string]*plugins.RosterLine, order []string, r *plugins.Roster, behind policies, o onCall) []string {
	if o.User.ID == "" || o.Policy.ID == "" {
		return order
	}
	what := reference{ID: o.User.ID, Summary: o.Policy.Summary, HTML: o.Policy.HTML}
	if o.Schedule != nil && o.Schedule.ID != "" {
		what = *o.Schedule
	}
	id := o.Policy.ID + "/" + itoa(max(o.Level, 1)) + "/" + what.ID
	l := lines[id]
	if l == nil {
		p := behind[o.Policy.ID]
		l = &plugins.RosterLine{
			ID: id, Title: cmp.Or(what.Summary, o.Policy.Summary, id), Level: max(o.Level, 1), Zone: o.User.Zone, URL: web(what.HTML),
			Services: p.services, Keys: p.keys, Teams: p.teams,
		}
		lines[id], order = l, append(order, id)
	}
	st := plugins.RosterStretch{Person: o.User.ID}
	if o.Start != nil {
		st.From = o.Start.UTC()
	}
	if o.End != nil {
		st.To = o.End.UTC()
	}
	if st.To.IsZero() || st.From.Before(st.To) {
		l.Stretches = append(l.Stretches, st)
	}
	r.People[o.User.ID] = plugins.RosterPerson{Name: cmp.Or(o.User.Name, o.User.Summary), Email: o.User.Email, URL: web(o.User.HTML)}
	return order
}

// policies are escalation policies by their id, with what is behind them.
type policies map[string]policy

type policy struct {
	services, keys, teams []string
}

func (p policies) ids() []string {
	out := make([]string, 0, len(p))
	for id := range p {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// policies reads which escalation policies stand behind the services and teams that the catalog names, and notes the
// services in named.
func (a *Account) policies(ctx context.Context, named map[string]plugins.RosterService) (policies, error) {
	want := a.cfg.Wanted()
	out := policies{}
	if len(want.Services)+len(want.Keys)+len(want.Teams) == 0 {
		return out, nil
	}
	take := func(s service) {
		p := out[s.Policy.ID]
		p.services = append(p.services, s.ID)
		named[s.ID] = plugins.RosterService{
			Title: cmp.Or(s.Name, s.Summary, s.ID), Policy: s.Policy.Summary, URL: web(s.HTML), Asleep: s.Status == "disabled" || s.Status == "maintenance",
		}
		for _, i := range s.Integrations {
			if i.Key != "" {
				p.keys = append(p.keys, i.Key)
			}
		}
		for _, t := range s.Teams {
			if !slices.Contains(p.teams, t.ID) {
				p.teams = append(p.teams, t.ID)
			}
		}
		out[s.Policy.ID] = p
	}
	err := a.services(ctx, func(s service) {
		if s.Policy.ID != "" && wanted(want, s) {
			take(s)
		}
	})
	return out, err
}

func wanted(want Wanted, s service) bool {
	return has(want.Services, s.ID) ||
		slices.ContainsFunc(s.Integrations, func(i integration) bool { return has(want.Keys, i.Key) }) ||
		slices.ContainsFunc(s.Teams, func(t reference) bool { return has(want.Teams, t.ID) })
}

func has(list []string, id string) bool {
	return id != "" && slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), id) })
}

// services reads every service of the account.
func (a *Account) services(ctx context.Context, each func(service)) error {
	query := url.Values{"include[]": {"integrations", "teams"}, "sort_by": {"name"}}
	return a.pages(ctx, "/services", query, func(raw []byte) (int, error) {
		var page struct {
			Services []service `json:"services"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return 0, err
		}
		for _, s := range page.Services {
			each(s)
		}
		return len(page.Services), nil
	})
}

// dial adds the telephone numbers of those who are asked first, for the time when PagerDuty cannot be reached. What
// cannot be read is left out: a number is a help, no part of the plan.
func (a *Account) dial(ctx context.Context, r *plugins.Roster) {
	var first []string
	for _, l := range r.Lines {
		for _, st := range l.Stretches {
			if l.Level == 1 && !slices.Contains(first, st.Person) && len(first) < maxPhones {
				first = append(first, st.Person)
			}
		}
	}
	for _, id := range first {
		if ctx.Err() != nil {
			return
		}
		p := r.People[id]
		p.Phone = a.phone(ctx, id)
		r.People[id] = p
	}
}

// phone is the number of a user, "" where there is none.
func (a *Account) phone(ctx context.Context, id string) string {
	now := a.cfg.Now()
	a.mu.Lock()
	known, ok := a.phones[id]
	if len(a.phones) > 10*maxPhones {
		clear(a.phones)
	}
	a.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.number
	}
	var got struct {
		Methods []contactMethod `json:"contact_methods"`
	}
	next := phone{until: now.Add(phonesFor)}
	if err := a.get(ctx, "/users/"+url.PathEscape(id)+"/contact_methods", nil, &got); err != nil {
		next.number, next.until = known.number, now.Add(phonesFailed)
		if fault.Is(err, fault.Upstream) && ctx.Err() != nil {
			return known.number
		}
	}
	for _, m := range got.Methods {
		if m.Type == "phone_contact_method" && m.Address != "" {
			next.number = m.Address
			if m.Country > 0 {
				next.number = "+" + itoa(m.Country) + " " + m.Address
			}
			break
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.phones[id] = next
	return next.number
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// batches cuts a list into parts of at most n.
func batches(all []string, n int) [][]string {
	return slices.Collect(slices.Chunk(all, n))
}
