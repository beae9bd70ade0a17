// Package gitlab reads GitLab, on gitlab.com or an instance of one's own: the projects of groups and their subgroups,
// their files by blob ids, groups and members, and the events of webhooks. Of what it could write it only proposes
// changes, as merge requests.
package gitlab

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// Options configure a Client.
type Options struct {
	// Host is the name of the host in the addresses of its projects; empty: gitlab.com.
	Host string
	// APIURL is the address of the API; empty: https://HOST/api/v4.
	APIURL string
	// Token is a personal, group or project access token with read_api; empty: anonymous reading.
	Token string
	// HTTP sends requests; nil: a client of its own.
	HTTP *http.Client
	// Cache keeps answers, so that what did not change is not sent again; nil: none.
	Cache rest.Cache
	// Budget says how the rate limit is used.
	Budget rest.BudgetOptions
}

// Client asks one GitLab. It is safe for concurrent use.
type Client struct {
	host    string
	rest    *rest.Client
	tokened bool // a token is sent
}

var _ remote.API = (*Client)(nil)

// The bounds of lists. GitLab lists the files of a commit in pages of a hundred.
const (
	perPage      = "100"
	maxPages     = 500
	maxTreePages = remote.MaxEntries / 100
)

// New returns a client. An API address that is none is an error of kind fault.Invalid.
func New(o Options) (*Client, error) {
	host := strings.ToLower(o.Host)
	if host == "" {
		host = "gitlab.com"
	}
	if o.APIURL == "" {
		o.APIURL = "https://" + host + "/api/v4"
	}
	sum := sha256.Sum256([]byte(o.Token))
	r, err := rest.New(rest.Options{
		Base: o.APIURL, HTTP: o.HTTP, Cache: o.Cache, Scope: "token:" + hex.EncodeToString(sum[:8]),
		Budget: rest.NewBudget(o.Budget),
		Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"backchannel"}},
		Authorize: func(_ context.Context, req *http.Request) error {
			if o.Token != "" {
				req.Header.Set("Authorization", "Bearer "+o.Token)
			}
			return nil
		},
	})
	return &Client{host: host, rest: r, tokened: o.Token != ""}, err
}

// Host is the host's name in addresses.
func (c *Client) Host() string { return c.host }

// Budget returns the rate limit of the token, whatever the group.
func (c *Client) Budget(context.Context, string) (*rest.Budget, error) { return c.rest.Budget(), nil }

// project is what we need of GitLab's "Project".
type project struct {
	ID             int64
	Path           string
	FullPath       string `json:"path_with_namespace"`
	WebURL         string `json:"web_url"`
	DefaultBranch  string `json:"default_branch"`
	LastActivityAt string `json:"last_activity_at"`
	Visibility     string
	Topics         []string
	Archived       bool
	ForkedFrom     *struct{ ID int64 } `json:"forked_from_project"`
	EmptyRepo      bool                `json:"empty_repo"`
}

func (c *Client) repo(p project) remote.Repo {
	web := "https://" + c.host + "/" + p.FullPath
	if u, err := url.Parse(p.WebURL); err == nil && strings.EqualFold(u.Host, c.host) {
		web = p.WebURL
	}
	return remote.Repo{
		ID: strconv.FormatInt(p.ID, 10), Path: p.FullPath, Name: p.Path, Web: web, Branch: p.DefaultBranch, Mark: p.LastActivityAt,
		Visibility: p.Visibility, Topics: p.Topics, Archived: p.Archived, Fork: p.ForkedFrom != nil,
		Empty: p.EmptyRepo || p.DefaultBranch == "",
	}
}

// Repositories lists all projects of a group and its subgroups that the token may see: all of them or an error.
func (c *Client) Repositories(ctx context.Context, group string) ([]remote.Repo, error) {
	var out []remote.Repo
	path := "/groups/" + url.PathEscape(group) + "/projects?include_subgroups=true&with_shared=false&order_by=path&sort=asc&per_page=" + perPage
	err := rest.Pages(ctx, c.rest, path, maxPages, func(page []project) error {
		for _, p := range page {
			out = append(out, c.repo(p))
		}
		return nil
	})
	if err != nil {
		return nil, rest.Classify(err, "list the projects of %s", group)
	}
	return out, nil
}

// Repository implements remote.API.
func (c *Client) Repository(ctx context.Context, path string) (remote.Repo, error) {
	var p project
	if err := c.rest.Get(ctx, "/projects/"+url.PathEscape(path), &p); err != nil {
		return remote.Repo{}, rest.Classify(err, "look at the project %s", path)
	}
	return c.repo(p), nil
}

func repository(r remote.Repo) string { return "/projects/" + url.PathEscape(r.ID) + "/repository/" }

// Head implements remote.API.
func (c *Client) Head(ctx context.Context, r remote.Repo, ref string) (remote.Commit, error) {
	var commit struct{ ID string }
	if err := c.rest.Get(ctx, repository(r)+"commits/"+url.PathEscape(ref), &commit); err != nil {
		return remote.Commit{}, rest.Classify(err, "look at %s of %s", ref, r.Path)
	}
	return remote.Commit{ID: commit.ID, Tree: commit.ID}, nil
}

// Files implements remote.API.
func (c *Client) Files(ctx context.Context, r remote.Repo, at remote.Commit) ([]remote.Entry, error) {
	type entry struct{ ID, Path, Type, Mode string }
	var out []remote.Entry
	path := repository(r) + "tree?recursive=true&pagination=keyset&per_page=" + perPage + "&ref=" + url.QueryEscape(at.ID)
	err := rest.Pages(ctx, c.rest.Uncached(), path, maxTreePages, func(page []entry) error {
		for _, e := range page {
			kind := remote.File
			if e.Mode == "120000" {
				kind = remote.Link
			}
			if e.Type == "blob" {
				out = append(out, remote.Entry{Path: e.Path, ID: e.ID, Size: -1, Kind: kind, Exec: e.Mode == "100755"})
			}
		}
		return nil
	})
	if err != nil {
		return nil, rest.Classify(err, "list the files of %s", r.Path)
	}
	return out, nil
}

// Content implements remote.API.
func (c *Client) Content(ctx context.Context, r remote.Repo, e remote.Entry) ([]byte, error) {
	var blob struct {
		Size              int64
		Content, Encoding string
	}
	if err := c.rest.Uncached().Get(ctx, repository(r)+"blobs/"+e.ID, &blob); err != nil {
		return nil, rest.Classify(err, "read %s of %s", e.Path, r.Path)
	}
	if blob.Encoding != "base64" {
		return []byte(blob.Content), nil
	}
	data, err := base64.StdEncoding.DecodeString(blob.Content)
	return data, fault.Wrap(fault.Upstream, err, "read %s of %s", e.Path, r.Path)
}
