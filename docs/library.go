package docs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs/highlight"
	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

const (
	workers    = 2
	maxLibrary = 512 << 20 // bytes that all sites together may keep
	maxCode    = 64 << 20  // bytes of highlighted code that are kept
	maxAPIs    = 96 << 20  // bytes of what definitions of APIs are found by; what is over it is shown but not found
	perSite    = 2 * time.Minute
)

// Library keeps the sites of a catalog. It is safe for concurrent use.
type Library struct {
	now       func() time.Time
	trees     scm.Trees
	frames    []string
	published string // for scm.Trees; "" when there is none
	highlight *highlight.Highlighter
	plain     *markdown.Engine // of definitions

	loading sync.Mutex // one Load at a time

	mu        sync.RWMutex // guards what follows
	sites     map[catalog.Ref]*Site
	redirects map[catalog.Ref]place
	problems  map[catalog.Ref]error
	sources   map[string]place // pages by the address of their Markdown
	size      int              // bytes in sites
	apis      int              // those of definitions among them
	listed    []*Site          // as Sites returns them; nil: they changed since
}

// place is a page of another entity's documentation.
type place struct {
	entity catalog.Ref
	page   string
}

// Option changes how a Library reads.
type Option func(*Library)

// WithFrames lets pages show frames of the given hosts, over https.
func WithFrames(hosts ...string) Option { return func(l *Library) { l.frames = hosts } }

// WithPublished names a folder where TechDocs publishes the sites it builds, laid out as namespace/kind/name in lower case.
// An entity with documentation that has a site there shows that one. "" means that there is none.
func WithPublished(target string) Option { return func(l *Library) { l.published = target } }

// NewLibrary returns an empty library that reads from trees. now stamps what was read.
func NewLibrary(trees scm.Trees, now func() time.Time, options ...Option) *Library {
	l := &Library{
		now: now, trees: trees, highlight: highlight.New(maxCode), plain: markdown.New(markdown.Options{}),
		sites: map[catalog.Ref]*Site{}, redirects: map[catalog.Ref]place{}, problems: map[catalog.Ref]error{}, sources: map[string]place{},
	}
	for _, o := range options {
		o(l)
	}
	return l
}

// Load brings the library in line with the given entities, all there are: it reads the documentation of each, two at
// a time, drops that of entities which are gone or no longer have any, and calls set, from one goroutine at a time,
// for each entity whose sections changed (none: no documentation any more). What did not change since the last Load
// is not parsed again. Documentation that cannot be read keeps its last good state and is listed by Problems; the
// error is that of ctx only.
func (l *Library) Load(ctx context.Context, entities []*catalog.Entity, set func(catalog.Ref, []search.Doc)) error {
	l.loading.Lock()
	defer l.loading.Unlock()
	var wanted []*catalog.Entity
	redirects := map[catalog.Ref]place{}
	for _, e := range entities {
		if to, page := redirect(e); !to.IsZero() {
			redirects[e.Ref] = place{to, page}
		} else if e.Annotation(annotationRef) != "" || defined(e) {
			wanted = append(wanted, e)
		}
	}
	l.drop(wanted, redirects, set)

	var setting sync.Mutex
	work := make(chan *catalog.Entity)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for e := range work {
				site, changed := l.refresh(ctx, e)
				if changed {
					setting.Lock()
					set(e.Ref, site.Docs())
					setting.Unlock()
				}
			}
		})
	}
	for _, e := range wanted {
		if ctx.Err() != nil {
			break
		}
		work <- e
	}
	close(work)
	group.Wait()
	return ctx.Err()
}

// drop forgets the documentation of every entity that is not wanted.
func (l *Library) drop(wanted []*catalog.Entity, redirects map[catalog.Ref]place, set func(catalog.Ref, []search.Doc)) {
	keep := make(map[catalog.Ref]bool, len(wanted))
	for _, e := range wanted {
		keep[e.Ref] = true
	}
	var gone []catalog.Ref
	l.mu.Lock()
	l.redirects, l.listed = redirects, nil
	for ref, site := range l.sites {
		if !keep[ref] {
			delete(l.sites, ref)
			l.forget(site)
			gone = append(gone, ref)
		}
	}
	for ref := range l.problems {
		if !keep[ref] {
			delete(l.problems, ref)
		}
	}
	l.mu.Unlock()
	slices.SortFunc(gone, catalog.Ref.Compare)
	for _, ref := range gone {
		set(ref, nil)
	}
}

// refresh reads the documentation of one entity if it changed.
func (l *Library) refresh(ctx context.Context, e *catalog.Entity) (*Site, bool) {
	ctx, cancel := context.WithTimeout(ctx, perSite)
	defer cancel()
	old, _ := l.own(e.Ref)
	site, err := l.read(ctx, e, old)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && site != old && l.size+site.bytes() > maxLibrary {
		err = fault.New(fault.Invalid, "all documentation together is larger than %d bytes", maxLibrary)
	}
	if err != nil {
		l.problems[e.Ref] = err
		return nil, false
	}
	delete(l.problems, e.Ref)
	changed := old == nil || old.print != site.print || old.target != site.target
	if changed {
		if old != nil {
			l.forget(old)
		}
		if site.API && l.apis+site.bytes() > maxAPIs {
			site.Pages[0].Sections = nil
		}
		n := site.bytes()
		l.size += n
		if site.API {
			l.apis += n
		}
		for _, p := range site.Pages {
			if p.real != "" {
				l.sources[canonical(p.Source)] = place{e.Ref, p.Path}
			}
		}
	}
	l.sites[e.Ref], l.listed = site, nil
	return site, changed
}

func (s *Site) bytes() int {
	n := 0
	for i := range s.Pages {
		p := &s.Pages[i]
		if p.api == nil {
			n += p.doc.Size()
			continue
		}
		for _, sec := range p.Sections {
			n += len(sec.Anchor) + len(sec.Heading) + len(sec.Text)
		}
	}
	return n
}

// forget takes a site out of the sums. The caller holds the lock.
func (l *Library) forget(s *Site) {
	n := s.bytes()
	l.size -= n
	if s.API {
		l.apis -= n
	}
	for _, p := range s.Pages {
		if c := canonical(p.Source); l.sources[c].entity == s.Entity {
			delete(l.sources, c)
		}
	}
}

// canonical is an address of a file without how its host shows it.
func canonical(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address = strings.Replace(address, "/-/", "/", 1)
	for _, mark := range []string{"/blob/", "/raw/", "/edit/"} {
		address = strings.Replace(address, mark, "/tree/", 1)
	}
	return address
}

// bySource finds the page whose Markdown lies at an address.
func (l *Library) bySource(address string) (entity catalog.Ref, page string, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.sources[canonical(address)]
	return p.entity, p.page, ok
}

func (l *Library) own(ref catalog.Ref) (*Site, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s, ok := l.sites[ref]
	return s, ok
}

// Resolve returns whose documentation an entity shows and at which page it starts: its own at "", or that of the
// entity its annotation backstage.io/techdocs-entity names. ok is false when there is none.
func (l *Library) Resolve(ref catalog.Ref) (entity catalog.Ref, page string, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	const hops = 5
	for range hops {
		to, redirected := l.redirects[ref]
		if !redirected {
			break
		}
		ref = to.entity
		if page == "" {
			page = to.page
		}
	}
	_, ok = l.sites[ref]
	return ref, page, ok
}

// Site returns the documentation that an entity shows, redirects followed.
func (l *Library) Site(ref catalog.Ref) (*Site, bool) {
	to, _, ok := l.Resolve(ref)
	if !ok {
		return nil, false
	}
	return l.own(to)
}

// Page returns a page of the documentation that an entity shows; the path is as in Page.Path.
func (l *Library) Page(ref catalog.Ref, path string) (*Page, bool) {
	s, ok := l.Site(ref)
	if !ok {
		return nil, false
	}
	return s.Page(path)
}

// Problem is why the documentation of an entity could not be read.
type Problem struct {
	Entity catalog.Ref
	Err    error
}

// Problems returns whose documentation could not be read at the last Load, and what is wrong inside the others,
// ordered by entity.
func (l *Library) Problems() []Problem {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var out []Problem
	for ref, err := range l.problems {
		out = append(out, Problem{ref, err})
	}
	for ref, site := range l.sites {
		var errs []error
		for _, w := range site.Warnings {
			errs = append(errs, fmt.Errorf("%s: %s", site.Where, w))
		}
		if err := errors.Join(errs...); err != nil {
			out = append(out, Problem{ref, err})
		}
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Entity.Compare(b.Entity) })
	return out
}
