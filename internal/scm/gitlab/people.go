package gitlab

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

type group struct {
	ID          int64
	FullPath    string `json:"full_path"`
	Path        string
	Name        string
	Description string
	WebURL      string `json:"web_url"`
	ParentID    int64  `json:"parent_id"`
}

type member struct {
	ID          int64
	Username    string
	Name        string
	State       string
	Email       string
	PublicEmail string `json:"public_email"`
	AvatarURL   string `json:"avatar_url"`
	WebURL      string `json:"web_url"`
}

// People reads a group, the groups below it and the members of each: all of them or an error.
func (c *Client) People(ctx context.Context, path string) (remote.People, error) {
	p, err := c.people(ctx, path)
	return p, rest.Classify(err, "read the groups and members of %s", path)
}

func (c *Client) people(ctx context.Context, path string) (remote.People, error) {
	var p remote.People
	var top group
	at := "/groups/" + url.PathEscape(path)
	if err := c.rest.Get(ctx, at+"?with_projects=false", &top); err != nil {
		return p, err
	}
	groups := []group{top}
	err := rest.Pages(ctx, c.rest, at+"/descendant_groups?per_page="+perPage, maxPages, func(page []group) error {
		groups = append(groups, page...)
		return nil
	})
	if err != nil {
		return p, err
	}
	ids := map[int64]string{}
	for _, g := range groups {
		ids[g.ID] = name(top.FullPath, g)
	}
	seen := map[int64]bool{}
	for _, g := range groups {
		out := remote.Group{
			ID: ids[g.ID], Slug: g.FullPath, Name: g.Name, Kind: "team", Description: g.Description, Web: g.WebURL, Parent: ids[g.ParentID],
		}
		if out.Web == "" {
			out.Web = "https://" + c.host + "/groups/" + g.FullPath
		}
		err := rest.Pages(ctx, c.rest, "/groups/"+strconv.FormatInt(g.ID, 10)+"/members?per_page="+perPage, maxPages, func(page []member) error {
			for _, m := range page {
				if m.State != "" && m.State != "active" {
					continue
				}
				out.Members = append(out.Members, m.Username)
				if seen[m.ID] {
					continue
				}
				seen[m.ID] = true
				u, err := c.profile(ctx, m)
				if err != nil {
					return err
				}
				p.Users = append(p.Users, u)
			}
			return nil
		})
		if err != nil {
			return p, err
		}
		p.Groups = append(p.Groups, out)
	}
	return p, nil
}

// name is what an entity of a group is called: its path below the configured one, with dashes; the configured one is
// called by its own path.
func name(top string, g group) string {
	rest, below := strings.CutPrefix(g.FullPath, top+"/")
	if !below {
		return g.Path
	}
	return strings.ReplaceAll(rest, "/", "-")
}

// profile adds the e-mail address that a member shows to everybody, unless the token sees more.
func (c *Client) profile(ctx context.Context, m member) (remote.User, error) {
	full := m
	if m.Email == "" && m.PublicEmail == "" {
		err := c.rest.Get(ctx, "/users/"+strconv.FormatInt(m.ID, 10), &full)
		if code := rest.Code(err); err != nil && code != http.StatusNotFound && code != http.StatusForbidden {
			return remote.User{}, err
		}
	}
	u := remote.User{ID: m.Username, Name: m.Name, Email: full.Email, Picture: m.AvatarURL, Web: m.WebURL}
	if u.Email == "" {
		u.Email = full.PublicEmail
	}
	if u.Web == "" {
		u.Web = "https://" + c.host + "/" + m.Username
	}
	return u, nil
}
