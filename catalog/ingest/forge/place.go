package forge

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// place is the commits of an organisation's repositories, each as it was last looked at, and its people.
type place struct {
	host   *remote.Host
	blob   func(remote.Repo, string) string
	most   int
	flavor codeowners.Flavor

	mu     sync.RWMutex
	repos  map[string]*repoState // by lower-case address of the repository
	people map[string][]byte     // documents by address
	staff  error                 // why people cannot be read, and who there is is not known
	office string                // the address that stands for all people
}

var (
	_ ingest.Place  = (*place)(nil)
	_ ingest.Keeper = (*place)(nil)
)

// markers stand between the address of a repository and its branch.
var markers = [...]string{"/-/blob/", "/-/tree/", "/-/raw/", "/blob/", "/tree/", "/raw/", "/edit/"}

// webOf is the address of the repository that an address lies in, as far as the address tells.
func webOf(address string) string {
	for _, m := range markers {
		if web, _, ok := strings.Cut(address, m); ok {
			return web
		}
	}
	return address
}

// at finds the repository of an address on the branch that is read, and the rest of the address.
func (p *place) at(address string) (st repoState, rest string, ok bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, m := range markers {
		web, rest, found := strings.Cut(address, m)
		if !found {
			continue
		}
		st := p.repos[strings.ToLower(web)]
		if st == nil {
			continue
		}
		if rest, ok := strings.CutPrefix(rest+"/", ingest.EscapePath(st.Branch)+"/"); ok {
			return *st, strings.TrimSuffix(rest, "/"), true
		}
	}
	return repoState{}, "", false
}

// Has implements ingest.Place.
func (p *place) Has(address string) bool {
	p.mu.RLock()
	_, person := p.people[address]
	p.mu.RUnlock()
	if person || address == p.office {
		return true
	}
	_, _, ok := p.at(address)
	return ok
}

// Find implements ingest.Place.
func (p *place) Find(ctx context.Context, address string, named bool) (ingest.Found, error) {
	p.mu.RLock()
	_, person := p.people[address]
	staff := p.staff
	p.mu.RUnlock()
	if person {
		return ingest.Found{Addresses: []string{address}}, nil
	}
	if address == p.office {
		return ingest.Found{Pattern: true}, staff
	}
	st, pattern, ok := p.at(address)
	if !ok {
		return ingest.Found{}, fault.New(fault.NotFound, "it is in no repository that is read")
	}
	l, err := p.files(ctx, st)
	if err != nil {
		return ingest.Found{Pattern: true}, err
	}
	if !ingest.HasMeta(pattern) {
		if pattern, err = url.PathUnescape(pattern); err != nil {
			return ingest.Found{}, fault.New(fault.Invalid, "it is not a usable address")
		}
	}
	names, found := search(l, path.Clean(pattern), named)
	for _, n := range names {
		found.Addresses = append(found.Addresses, p.blob(st.Repo, st.Branch)+ingest.EscapePath(n))
	}
	if len(names) == 0 && !found.Pattern && !named {
		return found, fault.New(fault.NotFound, "the repository has no such file")
	}
	found.Pattern = found.Pattern || named // a repository without a descriptor is no error
	return found, nil
}

// search finds the descriptors of a repository that a path, a glob or a folder stands for.
func search(l *remote.Listing, pattern string, named bool) (names []string, found ingest.Found) {
	if _, ok := l.File(pattern); ok {
		return []string{pattern}, found
	}
	match := func(name string) bool { return doublestar.MatchUnvalidated(pattern, name) }
	if !ingest.HasMeta(pattern) {
		match = func(name string) bool {
			return (pattern == "." || strings.HasPrefix(name, pattern+"/")) && ingest.IsYAML(name) && (named || ingest.IsCatalogInfo(name))
		}
		found.Sift = named
	}
	for _, e := range l.Entries() {
		if match(e.Path) && !ingest.InSkipped(e.Path) {
			names = append(names, e.Path)
		}
	}
	found.Pattern = ingest.HasMeta(pattern) || len(names) > 0
	return names, found
}

// files lists the commit of a repository. Whatever keeps it from being looked at is the host's fault as far as the
// catalog is concerned: what was there stays.
func (p *place) files(ctx context.Context, st repoState) (*remote.Listing, error) {
	if st.err != nil {
		return nil, fault.New(fault.Upstream, "%s", ingest.Reason(st.err))
	}
	if st.Commit.ID == "" {
		return remote.NewListing(nil), nil
	}
	l, err := p.host.Files(ctx, st.Repo, st.Commit)
	if err != nil && !fault.Is(err, fault.Upstream) {
		err = fault.Wrap(fault.Upstream, err, "its files cannot be listed")
	}
	return l, err
}

// Read implements ingest.Place.
func (p *place) Read(ctx context.Context, address string, have ingest.Token) (ingest.Content, error) {
	p.mu.RLock()
	doc, person := p.people[address]
	p.mu.RUnlock()
	if person {
		return ingest.Content{Data: doc}, nil
	}
	return p.read(ctx, address, have, p.most)
}

// Beside implements ingest.Place: a descriptor may only refer to its own repository.
func (p *place) Beside(ctx context.Context, from, address string, have ingest.Token) (ingest.Content, error) {
	a, _, ok1 := p.at(from)
	b, _, ok2 := p.at(address)
	if !ok1 || !ok2 || a.Repo.ID != b.Repo.ID {
		return ingest.Content{}, fault.New(fault.Forbidden, "a descriptor may only refer to files of its own repository")
	}
	return p.read(ctx, address, have, ingest.PlaceholderBytes)
}

func (p *place) read(ctx context.Context, address string, have ingest.Token, most int) (ingest.Content, error) {
	st, name, ok := p.at(address)
	if !ok {
		return ingest.Content{}, fault.New(fault.NotFound, "it is in no repository that is read")
	}
	name, err := url.PathUnescape(name)
	if err != nil {
		return ingest.Content{}, fault.New(fault.Invalid, "it is not a usable address")
	}
	l, err := p.files(ctx, st)
	if err != nil {
		return ingest.Content{}, err
	}
	tree := p.host.Tree(ctx, st.Repo, st.Commit, l)
	defer tree.Close()
	token := ingest.Token(scm.Version(tree, name))
	if token != "" && token == have {
		return ingest.Content{Token: token, Same: true}, nil
	}
	data, err := scm.ReadFile(tree, name, int64(most))
	return ingest.Content{Data: data, Token: token}, err
}

// CodeOwners implements ingest.Keeper.
func (p *place) CodeOwners(ctx context.Context, descriptor string) (ingest.CodeOwners, error) {
	st, name, ok := p.at(descriptor)
	if !ok {
		return ingest.CodeOwners{}, nil
	}
	if n, err := url.PathUnescape(name); err == nil {
		name = n
	}
	l, err := p.files(ctx, st)
	if err != nil {
		return ingest.CodeOwners{}, err
	}
	tree := p.host.Tree(ctx, st.Repo, st.Commit, l)
	defer tree.Close()
	file, data, flavor, err := ingest.FindCodeOwners(tree, &p.flavor)
	return ingest.CodeOwners{Name: file, Data: data, Path: name, Flavor: flavor}, err
}

// set replaces what is known of a repository.
func (p *place) set(st repoState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.repos[strings.ToLower(st.Repo.Web)] = &st
}

// drop forgets a repository.
func (p *place) drop(web string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.repos, strings.ToLower(web))
}

// get returns what is known of the repository of an address.
func (p *place) get(web string) (repoState, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if st := p.repos[strings.ToLower(web)]; st != nil {
		return *st, true
	}
	return repoState{}, false
}

// all returns what is known of all repositories, in the order of their addresses.
func (p *place) all() []repoState {
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := make([]repoState, 0, len(p.repos))
	for _, st := range p.repos {
		out = append(out, *st)
	}
	slices.SortFunc(out, func(a, b repoState) int { return strings.Compare(a.Repo.Web, b.Repo.Web) })
	return out
}
