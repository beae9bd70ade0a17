package commands

import (
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// A repository is asked in parts: its host where there are several, what is around it there, and its name. The fields
// of the parts are called as the field of the repository, with these behind.
const (
	partOf   = "/"
	partHost = "host"
	partRepo = "repo"
)

// repoURL is a repository in the parts of Backstage's repoUrl: HOST?owner=OWNER&repo=NAME.
type repoURL struct {
	host  string
	parts map[string]string
}

func parseRepoURL(s string) repoURL {
	host, query, _ := strings.Cut(s, "?")
	r := repoURL{host: host, parts: map[string]string{}}
	values, err := url.ParseQuery(query)
	if err != nil {
		return r
	}
	for k := range values {
		r.parts[k] = values.Get(k)
	}
	return r
}

// String is the repository as templates take it; "" where nothing but the host is said.
func (r repoURL) String() string {
	var query []string
	for _, k := range []string{"organization", "owner", "workspace", "project", partRepo} {
		if v := r.parts[k]; v != "" {
			query = append(query, k+"="+url.QueryEscape(v))
		}
	}
	if len(query) == 0 {
		return ""
	}
	return r.host + "?" + strings.Join(query, "&")
}

// wrongPart is the part of a repository that a problem is about.
func wrongPart(q *scaffold.FormField, p scaffold.FormProblem) string {
	if p.Rule != "enum" || q.Picker == nil || q.Value == nil {
		return partRepo
	}
	now := parseRepoURL(q.Value.Text)
	for _, limit := range []struct {
		part, value string
		allowed     []string
	}{
		{partHost, now.host, q.Picker.Hosts}, {"owner", now.parts["owner"], q.Picker.Owners}, {"workspace", now.parts["workspace"], q.Picker.Owners},
		{"organization", now.parts["organization"], q.Picker.Organizations}, {"project", now.parts["project"], q.Picker.Projects},
	} {
		if limit.value != "" && len(limit.allowed) > 0 && !slices.Contains(limit.allowed, limit.value) {
			return limit.part
		}
	}
	return partRepo
}

// label is the repository as people write it: owner/name.
func (r repoURL) label() string {
	var parts []string
	for _, k := range []string{"organization", "owner", "workspace", "project", partRepo} {
		if v := r.parts[k]; v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, "/")
}

// repoHosts are the hosts that a field offers.
func (m *making) repoHosts(q *scaffold.FormField) []string {
	var hosts []string
	if q.Picker != nil {
		hosts = q.Picker.Hosts
	}
	if len(hosts) == 0 && m.c.deps.Scaffold.Repos != nil {
		hosts = m.c.deps.Scaffold.Repos.Hosts()
	}
	return hosts
}

// repoParts are the names of what is around a repository on a host.
func (m *making) repoParts(host string) []string {
	if m.c.deps.Scaffold.Repos != nil {
		if parts := m.c.deps.Scaffold.Repos.Parts(host); parts != nil {
			return parts
		}
	}
	return []string{"owner"}
}

// repoFields are the fields in which a repository is asked. f is the field as one.
func (m *making) repoFields(q *scaffold.FormField, f card.FormField, name string) []card.FormField {
	var now repoURL
	if q.Value != nil && q.Value.Kind == yamldoc.String {
		now = parseRepoURL(q.Value.Text)
	}
	hosts := m.repoHosts(q)
	if now.host == "" && len(hosts) > 0 {
		now.host = hosts[0]
	}
	var out []card.FormField
	if len(hosts) != 1 {
		host := card.FormField{Name: q.Name + partOf + partHost, Label: m.text(lang.NewRepoHost, nil), Kind: card.FieldLine, Required: f.Required, Value: texts(now.host), Placeholder: "github.com"}
		if len(hosts) > 1 {
			host.Kind, host.Changes = card.FieldChoice, m.unlike(hosts)
			for _, h := range hosts {
				host.Options = append(host.Options, card.FormOption{Value: h, Label: h})
			}
		}
		out = append(out, host)
	}
	for _, part := range m.repoParts(now.host) {
		out = append(out, m.repoPart(q, part, now.parts[part], f.Required))
	}
	repo := card.FormField{Name: q.Name + partOf + partRepo, Label: f.Label, Help: f.Help, Kind: card.FieldLine, Required: f.Required, Value: texts(now.parts[partRepo]), Error: f.Error}
	if len(hosts) == 1 {
		repo.Help = strings.TrimSpace(repo.Help + " " + m.text(lang.NewRepoOn, lang.Args{"host": hosts[0]}))
	}
	if q.Picker != nil {
		choices(&repo, q.Picker.Repos)
	}
	if len(repo.Value) == 0 {
		repo.Value = texts(name)
	}
	return append(out, repo)
}

// unlike reports whether repositories are named differently on some hosts.
func (m *making) unlike(hosts []string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool { return !slices.Equal(m.repoParts(h), m.repoParts(hosts[0])) })
}

// repoPart is the field for what is around a repository.
func (m *making) repoPart(q *scaffold.FormField, part, value string, required bool) card.FormField {
	labels := map[string]lang.Key{
		"owner": lang.NewRepoOwner, "organization": lang.NewRepoOrganization, "project": lang.NewRepoProject, "workspace": lang.NewRepoWorkspace,
	}
	f := card.FormField{Name: q.Name + partOf + part, Label: m.text(labels[part], nil), Kind: card.FieldLine, Required: required, Value: texts(value)}
	if p := q.Picker; p != nil {
		allowed := map[string][]string{"owner": p.Owners, "organization": p.Organizations, "project": p.Projects}[part]
		choices(&f, allowed)
	}
	return f
}

// choices makes a line a choice where only some values are allowed; one alone is chosen.
func choices(f *card.FormField, allowed []string) {
	if len(allowed) == 0 {
		return
	}
	f.Kind = card.FieldChoice
	for _, v := range allowed {
		f.Options = append(f.Options, card.FormOption{Value: v, Label: v})
	}
	if len(f.Value) == 0 || !slices.Contains(allowed, f.Value[0]) {
		f.Value = nil
		if len(allowed) == 1 {
			f.Value = texts(allowed[0])
		}
	}
}

// joinRepo takes the answers to the parts of a repository together; ok is false when none was asked.
func (m *making) joinRepo(q *scaffold.FormField, answers card.Values) (whole []string, ok bool) {
	r := repoURL{parts: map[string]string{}}
	for name, v := range answers {
		part, is := strings.CutPrefix(name, q.Name+partOf)
		if !is {
			continue
		}
		ok = true
		if part == partHost {
			r.host = one(card.Values{"": v}, "")
			continue
		}
		r.parts[part] = one(card.Values{"": v}, "")
	}
	if hosts := m.repoHosts(q); r.host == "" && len(hosts) > 0 {
		r.host = hosts[0]
	}
	known := append(m.repoParts(r.host), partRepo)
	for part := range r.parts {
		if !slices.Contains(known, part) { // of another host that was chosen before
			delete(r.parts, part)
		}
	}
	return []string{r.String()}, ok
}

// texts is a text as the value of a field.
func texts(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
