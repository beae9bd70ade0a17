package github

import (
	"context"
	"net/http"
	"net/url"

	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

type user struct {
	Login     string
	Type      string
	Name      string
	Email     string
	AvatarURL string `json:"avatar_url"`
	HTMLURL   string `json:"html_url"`
}

type team struct {
	Slug        string
	Name        string
	Description string
	HTMLURL     string `json:"html_url"`
	Parent      *struct{ Slug string }
}

// People reads the teams and members of an organisation: all of them or an error. Members of a nested team are those
// of that team alone. Names and e-mail addresses are there as far as GitHub shows them to the credential.
func (c *Client) People(ctx context.Context, org string) (remote.People, error) {
	var p remote.People
	err := c.do(ctx, org, func(r *rest.Client) (err error) {
		p, err = c.people(ctx, r, org)
		return err
	})
	return p, rest.Classify(err, "read the teams and members of %s", org)
}

func (c *Client) people(ctx context.Context, r *rest.Client, org string) (remote.People, error) {
	var p remote.People
	top := "/orgs/" + url.PathEscape(org)
	var teams []team
	err := rest.Pages(ctx, r, top+"/teams?per_page="+perPage, maxPages, func(page []team) error {
		teams = append(teams, page...)
		return nil
	})
	if err != nil {
		return p, err
	}
	members, err := logins(ctx, r, top+"/members?per_page="+perPage)
	if err != nil {
		return p, err
	}
	below := map[string][]string{}
	for _, t := range teams {
		g := remote.Group{ID: t.Slug, Name: t.Name, Description: t.Description, Web: t.HTMLURL, Slug: org + "/" + t.Slug, Kind: "team"}
		if g.Web == "" {
			g.Web = "https://" + c.o.Host + "/orgs/" + org + "/teams/" + t.Slug
		}
		if t.Parent != nil {
			g.Parent = t.Parent.Slug
			below[g.Parent] = append(below[g.Parent], t.Slug)
		}
		list, err := logins(ctx, r, top+"/teams/"+url.PathEscape(t.Slug)+"/members?per_page="+perPage)
		if err != nil {
			return p, err
		}
		for _, u := range list {
			g.Members = append(g.Members, u.Login)
		}
		p.Groups = append(p.Groups, g)
	}
	for _, m := range members {
		u, err := c.profile(ctx, r, m)
		if err != nil {
			return p, err
		}
		p.Users = append(p.Users, u)
	}
	p.Groups = direct(p.Groups, below)
	return p, nil
}

// direct takes those out of a team that GitHub lists only because a team below it has them.
func direct(groups []remote.Group, below map[string][]string) []remote.Group {
	all := map[string]map[string]bool{}
	for _, g := range groups {
		all[g.ID] = map[string]bool{}
		for _, m := range g.Members {
			all[g.ID][m] = true
		}
	}
	for i, g := range groups {
		var own []string
		for _, m := range g.Members {
			inherited := false
			for _, child := range below[g.ID] {
				inherited = inherited || all[child][m]
			}
			if !inherited {
				own = append(own, m)
			}
		}
		groups[i].Members = own
	}
	return groups
}

func logins(ctx context.Context, r *rest.Client, path string) ([]user, error) {
	var out []user
	err := rest.Pages(ctx, r, path, maxPages, func(page []user) error {
		out = append(out, page...)
		return nil
	})
	return out, err
}

// profile reads a member's public profile. The list of members has no names; asking again for a profile that did not
// change costs nothing.
func (c *Client) profile(ctx context.Context, r *rest.Client, m user) (remote.User, error) {
	full := m
	if err := r.Get(ctx, "/users/"+url.PathEscape(m.Login), &full); err != nil {
		if code := rest.Code(err); code != http.StatusNotFound && code != http.StatusForbidden {
			return remote.User{}, err
		}
		full = m
	}
	u := remote.User{ID: m.Login, Name: full.Name, Email: full.Email, Picture: full.AvatarURL, Web: full.HTMLURL}
	if u.Web == "" {
		u.Web = "https://" + c.o.Host + "/" + m.Login
	}
	return u, nil
}
