// Package github reads GitHub and GitHub Enterprise Server: repositories of organisations and users, their files by
// blob ids, teams and members, and the events of webhooks. It proposes changes, as pull requests; what else is written goes
// through Send.
package github

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// Options configure a Client.
type Options struct {
	// Host is the name of the host in the addresses of its repositories; empty: github.com.
	Host string
	// APIURL is the address of the API; empty: https://api.github.com, for another host https://HOST/api/v3.
	APIURL string
	// Token is a personal access token, fine-grained or classic; empty with App set, or for anonymous reading.
	Token string
	// App reads as a GitHub App instead; nil: with Token.
	App *App
	// HTTP sends requests; nil: a client of its own.
	HTTP *http.Client
	// Cache keeps answers, so that asking again for what did not change costs nothing; nil: none.
	Cache rest.Cache
	// Budget says how the rate limit is used. Without PerMinute it keeps clear of GitHub's secondary limit.
	Budget rest.BudgetOptions
}

// Client asks one GitHub. It is safe for concurrent use.
type Client struct {
	o    Options
	app  *signer      // nil: with a token
	base *rest.Client // with the token, or as the App itself

	mu     sync.Mutex
	owners map[string]*access // of an App: by lower-case account
}

var _ remote.API = (*Client)(nil)

// The bounds of lists.
const (
	perPage  = "100"
	maxPages = 500
)

// perMinute keeps clear of the secondary limit of 900 points a minute (docs.github.com, "Rate limits for the REST API").
const perMinute = 800

// New returns a client. Wrong options, such as a private key that is none, are errors of kind fault.Invalid.
func New(o Options) (*Client, error) {
	if o.Host == "" {
		o.Host = "github.com"
	}
	o.Host = strings.ToLower(o.Host)
	if o.APIURL == "" {
		o.APIURL = "https://" + o.Host + "/api/v3"
		if o.Host == "github.com" {
			o.APIURL = "https://api.github.com"
		}
	}
	if o.Token != "" && o.App != nil {
		return nil, fault.New(fault.Invalid, "GitHub is read with a token or as an App, not both")
	}
	if o.Budget.Clock == nil {
		o.Budget.Clock = time.Now
	}
	if o.Budget.PerMinute == 0 {
		o.Budget.PerMinute = perMinute
	}
	c := &Client{o: o, owners: map[string]*access{}}
	var err error
	if o.App != nil {
		if c.app, err = newSigner(*o.App, o.Budget.Clock); err != nil {
			return nil, err
		}
		c.base, err = c.client("app:"+o.App.ID, c.app.authorize)
		if err == nil {
			c.app.skew = c.base.Budget().Skew
		}
		return c, err
	}
	sum := sha256.Sum256([]byte(o.Token))
	c.base, err = c.client("token:"+hex.EncodeToString(sum[:8]), bearer(func(context.Context) (string, error) { return o.Token, nil }))
	return c, err
}

// bearer sends a token, or nothing where there is none.
func bearer(token func(context.Context) (string, error)) func(context.Context, *http.Request) error {
	return func(ctx context.Context, req *http.Request) error {
		t, err := token(ctx)
		if err == nil && t != "" {
			req.Header.Set("Authorization", "Bearer "+t)
		}
		return err
	}
}

// client returns a client of its own budget.
func (c *Client) client(scope string, authorize func(context.Context, *http.Request) error) (*rest.Client, error) {
	return rest.New(rest.Options{
		Base: c.o.APIURL, HTTP: c.o.HTTP, Authorize: authorize, Cache: c.o.Cache, Scope: scope,
		Budget: rest.NewBudget(c.o.Budget),
		Header: http.Header{
			"Accept":               {"application/vnd.github+json"},
			"User-Agent":           {"backchannel"},
			"X-Github-Api-Version": {"2022-11-28"},
		},
	})
}

// Host is the host's name in addresses.
func (c *Client) Host() string { return c.o.Host }

// Budget returns the rate limit that requests about an account's repositories use.
func (c *Client) Budget(ctx context.Context, account string) (*rest.Budget, error) {
	a, err := c.of(ctx, account)
	if err != nil {
		return nil, err
	}
	return a.rest.Budget(), nil
}

// access is a credential that may see an account's repositories.
type access struct {
	rest   *rest.Client
	tokens *tokens // of an App's installation, else nil
}

// of returns the access to an account's repositories.
func (c *Client) of(ctx context.Context, account string) (*access, error) {
	if c.app == nil {
		return &access{rest: c.base}, nil
	}
	key := strings.ToLower(account)
	c.mu.Lock()
	a := c.owners[key]
	c.mu.Unlock()
	if a != nil {
		return a, nil
	}
	id, err := c.installation(ctx, account)
	if err != nil {
		return nil, err
	}
	t := &tokens{app: c.base, id: id, now: c.o.Budget.Clock}
	r, err := c.client("installation:"+id, bearer(t.get))
	if err != nil {
		return nil, err
	}
	t.skew = r.Budget().Skew
	c.mu.Lock()
	defer c.mu.Unlock()
	if was := c.owners[key]; was != nil {
		return was, nil
	}
	c.owners[key] = &access{r, t}
	return c.owners[key], nil
}

// do asks for something that belongs to an account, once more when the token turns out to be revoked.
func (c *Client) do(ctx context.Context, account string, ask func(*rest.Client) error) error {
	return c.with(ctx, account, func(a *access) error {
		if a.tokens == nil {
			return ask(a.rest)
		}
		number := a.tokens.last()
		err := ask(a.rest)
		if rest.Code(err) == http.StatusUnauthorized || suspended(err) {
			a.tokens.forget(number)
			return ask(a.rest)
		}
		return err
	})
}

// with uses the access to an account's repositories. When its installation has ended, the one that may have taken its
// place is looked for, once.
func (c *Client) with(ctx context.Context, account string, use func(*access) error) error {
	a, err := c.of(ctx, account)
	if err != nil {
		return err
	}
	if err = use(a); !ended(err) {
		return err
	}
	c.mu.Lock()
	if key := strings.ToLower(account); c.owners[key] == a {
		delete(c.owners, key)
	}
	c.mu.Unlock()
	if a, err = c.of(ctx, account); err != nil {
		return err // which says that the App is not installed any more, or suspended
	}
	return use(a)
}

// suspended reports whether a request was refused because the App is suspended where it asked.
func suspended(err error) bool {
	e, ok := errors.AsType[*rest.StatusError](err)
	return ok && e.Code == http.StatusForbidden && strings.Contains(strings.ToLower(e.Message), "suspended")
}

// get asks for something that may change.
func (c *Client) get(ctx context.Context, account, path string, out any) error {
	return c.do(ctx, account, func(r *rest.Client) error { return r.Get(ctx, path, out) })
}

// fetch asks for something that never changes.
func (c *Client) fetch(ctx context.Context, account, path string, out any) error {
	return c.do(ctx, account, func(r *rest.Client) error { return r.Uncached().Get(ctx, path, out) })
}

func owner(path string) string {
	o, _, _ := strings.Cut(path, "/")
	return o
}

// escape makes a path of several elements fit for an address.
func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
