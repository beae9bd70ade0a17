package github

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// repository is what we need of GitHub's "Repository".
type repository struct {
	ID            int64
	Name          string
	FullName      string `json:"full_name"`
	HTMLURL       string `json:"html_url"`
	DefaultBranch string `json:"default_branch"`
	PushedAt      string `json:"pushed_at"`
	Visibility    string
	Private       bool
	Topics        []string
	Archived      bool
	Fork          bool
}

func (c *Client) repo(r repository) remote.Repo {
	if r.Visibility == "" {
		r.Visibility = "public"
		if r.Private {
			r.Visibility = "private"
		}
	}
	web := "https://" + c.o.Host + "/" + r.FullName
	if u, err := url.Parse(r.HTMLURL); err == nil && strings.EqualFold(u.Host, c.o.Host) {
		web = r.HTMLURL
	}
	return remote.Repo{
		ID: strconv.FormatInt(r.ID, 10), Path: r.FullName, Name: r.Name, Web: web, Branch: r.DefaultBranch, Mark: r.PushedAt,
		Visibility: r.Visibility, Topics: r.Topics, Archived: r.Archived, Fork: r.Fork, Empty: r.PushedAt == "",
	}
}

// Repositories lists all repositories of an organisation or a user that the credential may see. It is all or an
// error. A host that does not list an organisation's repositories, as some stand-ins and gateways, is asked by search.
func (c *Client) Repositories(ctx context.Context, account string) ([]remote.Repo, error) {
	var out []remote.Repo
	err := c.do(ctx, account, func(r *rest.Client) (err error) {
		out, err = c.repositories(ctx, r, account)
		return err
	})
	return out, rest.Classify(err, "list the repositories of %s", account)
}

func (c *Client) repositories(ctx context.Context, r *rest.Client, account string) ([]remote.Repo, error) {
	name := url.PathEscape(account)
	out, err := c.list(ctx, r, "/orgs/"+name+"/repos?type=all&sort=full_name&per_page="+perPage)
	if rest.Code(err) != http.StatusNotFound {
		return out, err
	}
	var is struct{ Type string }
	err = r.Get(ctx, "/orgs/"+name, &is)
	if err == nil {
		return c.searched(ctx, r, account)
	}
	if rest.Code(err) != http.StatusNotFound {
		return nil, err
	}
	if err := r.Get(ctx, "/users/"+name, &is); err != nil {
		return nil, err
	}
	if is.Type == "Organization" {
		return nil, fault.New(fault.Forbidden, "the credential may not look at the organisation")
	}
	return c.list(ctx, r, c.personal(ctx, r, account))
}

// personal is the address of a user's repositories; only the user's own token lists private ones.
func (c *Client) personal(ctx context.Context, r *rest.Client, account string) string {
	var me struct{ Login string }
	if r.Get(ctx, "/user", &me) == nil && strings.EqualFold(me.Login, account) {
		return "/user/repos?affiliation=owner&sort=full_name&per_page=" + perPage
	}
	return "/users/" + url.PathEscape(account) + "/repos?sort=full_name&per_page=" + perPage
}

func (c *Client) list(ctx context.Context, r *rest.Client, path string) ([]remote.Repo, error) {
	var out []remote.Repo
	err := rest.Pages(ctx, r, path, maxPages, func(page []repository) error {
		for _, x := range page {
			out = append(out, c.repo(x))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// searched finds an organisation's repositories by search, which leaves forks out unless asked for them.
func (c *Client) searched(ctx context.Context, r *rest.Client, org string) ([]remote.Repo, error) {
	var out []remote.Repo
	for _, query := range [...]string{"org:" + org, "org:" + org + " fork:only"} {
		found, err := c.query(ctx, r, query)
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			if !slices.ContainsFunc(out, func(o remote.Repo) bool { return o.ID == x.ID }) {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

// query reads all pages of a search, which has a thousand results at most.
func (c *Client) query(ctx context.Context, r *rest.Client, query string) ([]remote.Repo, error) {
	const most = 1000
	var out []remote.Repo
	for page := 1; page <= most; page++ {
		var found struct {
			Total      int  `json:"total_count"`
			Incomplete bool `json:"incomplete_results"`
			Items      []repository
		}
		q := url.Values{"q": {query}, "per_page": {perPage}, "page": {strconv.Itoa(page)}}
		if err := r.Get(ctx, "/search/repositories?"+q.Encode(), &found); err != nil {
			return nil, err
		}
		if found.Incomplete || found.Total > most {
			return nil, fault.New(fault.Upstream, "the search does not give all of the %d repositories", found.Total)
		}
		for _, x := range found.Items {
			out = append(out, c.repo(x))
		}
		if len(out) >= found.Total || len(found.Items) == 0 {
			break
		}
	}
	return out, nil
}

// Repository implements remote.API.
func (c *Client) Repository(ctx context.Context, path string) (remote.Repo, error) {
	var r repository
	if err := c.get(ctx, owner(path), "/repos/"+escape(path), &r); err != nil {
		return remote.Repo{}, rest.Classify(err, "look at the repository %s", path)
	}
	return c.repo(r), nil
}
