package forge

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// documents writes people as descriptors, by the address where a person would look them up.
func documents(p remote.People, userKey, groupKey string) map[string][]byte {
	out := make(map[string][]byte, len(p.Groups)+len(p.Users))
	member := map[string][]string{}
	for _, g := range p.Groups {
		out[g.Web] = group(g, groupKey)
		for _, m := range g.Members {
			key := strings.ToLower(m)
			member[key] = append(member[key], g.ID)
		}
	}
	for _, u := range p.Users {
		out[u.Web] = user(u, member[strings.ToLower(u.ID)], userKey)
	}
	return out
}

type metadata struct {
	Name        string            `json:"name"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Links       []link            `json:"links,omitempty"`
}

type link struct {
	URL string `json:"url"`
}

type profile struct {
	DisplayName string `json:"displayName,omitempty"`
	Email       string `json:"email,omitempty"`
	Picture     string `json:"picture,omitempty"`
}

func group(g remote.Group, key string) []byte {
	type spec struct {
		Type     string   `json:"type"`
		Profile  profile  `json:"profile"`
		Parent   string   `json:"parent,omitempty"`
		Children []string `json:"children"`
	}
	return document("Group",
		metadata{Name: g.ID, Description: g.Description, Annotations: map[string]string{key: g.Slug}, Links: links(g.Web)},
		spec{Type: g.Kind, Profile: profile{DisplayName: g.Name}, Parent: g.Parent, Children: []string{}})
}

func user(u remote.User, groups []string, key string) []byte {
	type spec struct {
		Profile  profile  `json:"profile"`
		MemberOf []string `json:"memberOf"`
	}
	slices.Sort(groups)
	if groups == nil {
		groups = []string{}
	}
	return document("User",
		metadata{Name: u.ID, Annotations: map[string]string{key: u.ID}, Links: links(u.Web)},
		spec{Profile: profile{DisplayName: u.Name, Email: u.Email, Picture: u.Picture}, MemberOf: groups})
}

func links(web string) []link {
	if web == "" {
		return nil
	}
	return []link{{web}}
}

// document is a descriptor in JSON, which is YAML as well.
func document(kind string, m metadata, spec any) []byte {
	data, err := json.MarshalIndent(struct {
		APIVersion string   `json:"apiVersion"`
		Kind       string   `json:"kind"`
		Metadata   metadata `json:"metadata"`
		Spec       any      `json:"spec"`
	}{"backstage.io/v1alpha1", kind, m, spec}, "", "  ")
	if err != nil { // strings and lists of strings always encode
		return nil
	}
	return data
}

// staffed are the addresses of people's descriptors, and the one that stands for all while they are not known.
func (p *place) staffed() []string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := slices.Sorted(maps.Keys(p.people))
	if p.office != "" && p.staff != nil {
		out = append(out, p.office)
	}
	return out
}

// staff reads the teams and members when they are due, or at once. When that fails, who was known stays.
func (s *Source) staff(ctx context.Context, now bool, c changes) {
	if !s.o.Users || !now && !s.peopleAt.IsZero() && s.o.Clock().Sub(s.peopleAt) < s.o.PeopleInterval {
		return
	}
	p, err := s.o.API.People(ctx, s.o.Account)
	if ctx.Err() != nil {
		return
	}
	s.peopleAt = s.o.Clock()
	if err == nil {
		s.employ(&p)
		for address := range s.place.people {
			c.add(address)
		}
		return
	}
	s.peopleAt = s.peopleAt.Add(s.o.Interval - s.o.PeopleInterval) // try again soon
	c.add(s.place.office)
	s.place.mu.Lock()
	defer s.place.mu.Unlock()
	s.place.staff = fault.New(fault.Upstream, "the teams and members cannot be read: %s", ingest.Reason(err))
}

// employ takes people over.
func (s *Source) employ(p *remote.People) {
	s.people = p
	docs := documents(*p, s.o.UserKey, s.o.GroupKey)
	s.place.mu.Lock()
	defer s.place.mu.Unlock()
	s.place.people, s.place.staff = docs, nil
}
