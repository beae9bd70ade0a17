package url

import (
	"context"
	"net/http"
	neturl "net/url"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// web is the ingest.Place of addresses that are asked for as they are.
type web struct {
	client *outbound.Client
	header http.Header
	trees  scm.Trees
	most   int
	own    map[string]bool   // hosts of the configured addresses: they get the header
	hosts  map[string]bool   // further hosts that may be asked
	real   map[string]string // configured addresses with their query, by what is shown of them

	mu   sync.Mutex
	last map[string]answer // by address
	held int               // bytes that wait in it
}

// answer is what an address gave last.
type answer struct {
	etag, modified string
	data           []byte // until it is read: Find asks, Read takes
	waiting        bool
}

// The bounds of what is remembered. What does not fit is asked for once more when it is read.
const (
	maxAnswers = 50_000
	maxHeld    = 64 << 20
)

// add takes up a configured address and returns what is shown of it.
func (w *web) add(u *neturl.URL) string {
	w.own[strings.ToLower(u.Host)] = true
	full := u.String()
	u.RawQuery, u.Fragment, u.RawFragment, u.ForceQuery = "", "", "", false
	shown := u.String()
	w.real[shown] = full
	return shown
}

// Has implements ingest.Place: addresses of the configured hosts, unless an integration knows better.
func (w *web) Has(address string) bool {
	host := hostOf(address)
	return (w.own[host] || w.hosts[host]) && !scm.Knows(w.trees, address)
}

func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return strings.ToLower(host)
}

// Find implements ingest.Place. It asks for the file, as that is the only way to learn whether it is there.
func (w *web) Find(ctx context.Context, address string, _ bool) (ingest.Found, error) {
	found := ingest.Found{Addresses: []string{address}}
	if strings.Contains(address, "*") {
		return ingest.Found{Pattern: true}, fault.New(fault.Invalid, "only addresses in repositories that an integration knows can be globs")
	}
	w.mu.Lock()
	was := w.last[address]
	w.mu.Unlock()
	r, err := w.ask(ctx, address, was)
	if err != nil {
		return found, err
	}
	now := validators(r)
	if !r.NotModified {
		now.data, now.waiting = r.Body, true
	}
	w.keep(address, now)
	return found, nil
}

// Read implements ingest.Place.
func (w *web) Read(ctx context.Context, address string, have ingest.Token) (ingest.Content, error) {
	w.mu.Lock()
	was := w.last[address]
	if was.waiting {
		w.held -= len(was.data)
		w.last[address] = answer{etag: was.etag, modified: was.modified}
	}
	w.mu.Unlock()
	switch token := was.token(); {
	case was.waiting:
		return ingest.Content{Data: was.data, Token: token}, w.fits(was.data, w.most)
	case token != "" && token == have:
		return ingest.Content{Token: token, Same: true}, nil
	}
	r, err := w.ask(ctx, address, answer{})
	if err != nil {
		return ingest.Content{}, err
	}
	now := validators(r)
	w.keep(address, now)
	return ingest.Content{Data: r.Body, Token: now.token()}, w.fits(r.Body, w.most)
}

// validators are what an answer can be asked for again with, unless it takes more room than that is worth.
func validators(r *outbound.Response) answer {
	const most = 1 << 10
	if len(r.ETag)+len(r.LastModified) > most {
		return answer{}
	}
	return answer{etag: r.ETag, modified: r.LastModified}
}

// token stands for a content only where the server gave something that does.
func (a answer) token() ingest.Token {
	if a.etag == "" && a.modified == "" {
		return ""
	}
	return ingest.Token(a.etag + "\x00" + a.modified)
}

func (w *web) keep(address string, a answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.last) >= maxAnswers {
		clear(w.last)
		w.held = 0
	}
	w.held -= len(w.last[address].data)
	if a.waiting && w.held+len(a.data) > maxHeld {
		a = answer{}
	}
	w.held += len(a.data)
	w.last[address] = a
}

func (w *web) fits(data []byte, most int) error {
	if len(data) > most {
		return fault.New(fault.Invalid, "it is larger than %d bytes", most)
	}
	return nil
}

// Beside implements ingest.Place: a descriptor may refer to files of its own repository, or where there is none, of
// its own host.
func (w *web) Beside(ctx context.Context, from, address string, have ingest.Token) (ingest.Content, error) {
	switch {
	case hostOf(from) != hostOf(address) || !strings.HasPrefix(address, from[:strings.Index(from, "://")+3]):
		return ingest.Content{}, fault.New(fault.Forbidden, "a descriptor may only refer to files of its own host")
	case shared(from) && !ingest.SameRepository(from, address):
		return ingest.Content{}, fault.New(fault.Forbidden, "a descriptor may only refer to files of its own repository")
	}
	was := answer{}
	if etag, modified, ok := strings.Cut(string(have), "\x00"); ok {
		was = answer{etag: etag, modified: modified}
	}
	r, err := w.ask(ctx, address, was)
	switch {
	case err != nil:
		return ingest.Content{}, err
	case r.NotModified:
		return ingest.Content{Token: have, Same: true}, nil
	}
	now := validators(r)
	return ingest.Content{Data: r.Body, Token: now.token()}, w.fits(r.Body, ingest.PlaceholderBytes)
}

// shared reports whether an address lies on a host of repositories that belong to many.
func shared(address string) bool {
	return raw(address) != address || hostOf(address) == rawGitHub
}

const rawGitHub = "raw.githubusercontent.com"

// raw turns the page of a file in a repository into the address of the file itself, on hosts that are known to have
// both.
func raw(address string) string {
	if project, file, ok := strings.Cut(address, "/-/blob/"); ok {
		return project + "/-/raw/" + file
	}
	rest, ok := strings.CutPrefix(address, "https://github.com/")
	if part := strings.SplitN(rest, "/", 4); ok && len(part) == 4 && part[2] == "blob" {
		return "https://" + rawGitHub + "/" + part[0] + "/" + part[1] + "/" + part[3]
	}
	return address
}

// ask makes the request. An answer that cannot be a descriptor is an error, so that the last good version stays.
func (w *web) ask(ctx context.Context, address string, was answer) (*outbound.Response, error) {
	full, ok := w.real[address]
	if !ok {
		full = address
	}
	req := outbound.Request{URL: raw(full), ETag: was.etag, LastModified: was.modified, Header: http.Header{}}
	if w.own[hostOf(req.URL)] {
		req.Header = w.header.Clone()
	}
	r, err := w.client.Do(ctx, req)
	switch {
	case err != nil:
		return nil, err
	case r.Err() != nil:
		return nil, r.Err()
	case r.NotModified && was.token() != "":
		return r, nil
	case r.Status != http.StatusOK:
		return nil, fault.New(fault.Upstream, "%s answers with status %d", address, r.Status)
	case r.HTML():
		return nil, fault.New(fault.Upstream, "%s answers with a web page, perhaps of a login, and not with a descriptor", address)
	}
	return r, nil
}
