package backstage

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/adapters/web/readapi"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/catalog/ingest/file"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker")) // started by an import
}

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// portal serves a catalog over the read API, which a test can change and disturb.
type portal struct {
	*httptest.Server
	reader  atomic.Pointer[search.Reader]
	disturb atomic.Pointer[http.HandlerFunc] // answers instead, when set
	token   string
	asked   []string // of the requests that were answered
	old     *http.HandlerFunc
}

func mustBase() *url.URL { return &url.URL{Scheme: "https", Host: "portal.example.com"} }

func newPortal(t *testing.T, entities []*catalog.Entity) *portal {
	t.Helper()
	p := &portal{token: "s3cret"}
	p.holds(t, entities)
	router := chi.NewRouter()
	readapi.New(readapi.Options{View: func(*http.Request) search.View { return p.reader.Load().For(catalog.Viewer{}) }}).Mount(router)
	p.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+p.token {
			http.Error(rw, `{"error":{"name":"AuthenticationError"}}`, http.StatusUnauthorized)
			return
		}
		p.asked = append(p.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/catalog/"))
		if h := p.disturb.Load(); h != nil {
			(*h)(rw, r)
			return
		}
		router.ServeHTTP(rw, r)
	}))
	t.Cleanup(p.Close)
	return p
}

var generation atomic.Uint64

// holds replaces what the portal shows.
func (p *portal) holds(t *testing.T, entities []*catalog.Entity) {
	t.Helper()
	r := search.NewReader(catalog.Changes{Generation: catalog.Generation(generation.Add(1)), Full: true, Upserts: entities}, nil, search.Options{})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	p.reader.Store(r)
}

// answers makes the portal answer everything with h; nil ends it.
func (p *portal) answers(h http.HandlerFunc) {
	if h == nil {
		p.disturb.Store(nil)
		return
	}
	p.disturb.Store(&h)
}

func (p *portal) source(t *testing.T, change ...func(*Options)) *Source {
	t.Helper()
	host := strings.TrimPrefix(p.URL, "http://")
	client := outbound.New(outbound.Options{Hosts: []outbound.Host{{Name: host, Private: true, Plain: true}, {Name: "127.0.0.1", Private: true, Plain: true}}, Attempts: 1, Rate: 10_000})
	t.Cleanup(client.Close)
	o := Options{URL: p.URL, Token: p.token, PageSize: 50, Client: client, Clock: noon}
	for _, c := range change {
		c(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t *testing.T, location, text string) []*catalog.Entity {
	t.Helper()
	var out []*catalog.Entity
	for _, d := range descriptor.Read(location, []byte(text), descriptor.Options{Origin: "url:https://git.example.com/all.yaml"}) {
		if d.Entity == nil {
			t.Fatalf("%v", d.Errors)
		}
		out = append(out, d.Entity)
	}
	return out
}

const small = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout, annotations: {acme.dev/x: "1"}}
spec: {type: service, lifecycle: production, owner: crew, dependsOn: [component:payments]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: payments, description: "Zeichen:  , 😀, \x7F, \u2028, \u0085 \"q\" \\ /"}
spec: {type: service, lifecycle: production, owner: crew}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: crew}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: generated-0123456789}
spec: {target: ./x.yaml}
`

const at = "https://github.com/acme/shop/blob/main/catalog-info.yaml"

func read(t *testing.T, s *Source) map[catalog.Ref]*catalog.Entity {
	t.Helper()
	d, err := s.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !d.Full || d.Origin != s.Origin() || !d.Checked.Equal(noon()) {
		t.Errorf("delta %q full %v checked %v", d.Origin, d.Full, d.Checked)
	}
	return entities(t, d)
}

func entities(t *testing.T, d catalog.Delta) map[catalog.Ref]*catalog.Entity {
	t.Helper()
	out := map[catalog.Ref]*catalog.Entity{}
	for _, f := range d.Files {
		for _, p := range f.Problems {
			t.Errorf("%s: %v", f.Location, p)
		}
		for _, e := range f.Entities {
			out[e.Ref] = e
		}
	}
	return out
}

// TestRoundTrip imports the demo company from our own read API and compares it with its files.
func TestRoundTrip(t *testing.T) {
	files, err := filepath.Glob("../../../cmd/backchannel/testdata/demo/catalog/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no demo company: ", err)
	}
	roundTrip(t, "../../../cmd/backchannel/testdata/demo/catalog")
}

func roundTrip(t *testing.T, folder string) {
	t.Helper()
	src, err := file.New(file.Options{Target: folder})
	if err != nil {
		t.Fatal(err)
	}
	d, err := src.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[catalog.Ref]*catalog.Entity{}
	for _, f := range d.Files {
		for _, e := range f.Entities {
			if want[e.Ref] == nil {
				want[e.Ref] = e
			}
		}
	}
	p := newPortal(t, slices.Collect(maps.Values(want)))
	got := read(t, p.source(t))
	if len(got) != len(want) || len(want) < 50 {
		t.Errorf("%d entities, want %d", len(got), len(want))
	}
	for ref, w := range want {
		g := got[ref]
		switch {
		case g == nil:
			t.Errorf("%s is missing", ref)
		case !g.Document.Equal(w.Document):
			t.Errorf("%s:\n got %s\nwant %s", ref, g.Document.JSON(), w.Document.JSON())
		case !g.Relations.Equal(w.Relations):
			t.Errorf("%s: relations %v, want %v", ref, g.Relations.List(), w.Relations.List())
		case !slices.EqualFunc(g.Problems, w.Problems, func(a, b catalog.Problem) bool { return a.Code == b.Code && a.Message == b.Message }):
			t.Errorf("%s: problems %v, want %v", ref, g.Problems, w.Problems)
		}
	}
}

func TestProvenance(t *testing.T) {
	own := parse(t, at, small)
	own[2].Source.Location = "/srv/catalog/groups.yaml"
	p := newPortal(t, own)
	s := p.source(t)
	got := read(t, s)
	if len(got) != 3 {
		t.Errorf("%d entities; generated Locations are none", len(got))
	}
	want := catalog.Provenance{Origin: "backstage:" + p.URL, Location: at, Line: 6}
	if e := got[own[1].Ref]; e == nil || e.Source != want {
		t.Errorf("source %+v, want %+v", e.Source, want)
	}
	if e := got[own[1].Ref]; e.Description != own[1].Description || !e.Document.Equal(own[1].Document) {
		t.Errorf("text changed: %q, want %q", e.Description, own[1].Description)
	}
	if e := got[own[2].Ref]; e.Source.Location != p.URL+"/catalog/default/group/crew" {
		t.Errorf("a file of the portal's own leads to the portal: %q", e.Source.Location)
	}
	if e := got[own[0].Ref]; len(e.Annotations) != 1 || e.Annotation("acme.dev/x") != "1" {
		t.Errorf("annotations %v", e.Annotations)
	}
}

// TestRefresh fetches only what changed, and reports what is gone.
func TestRefresh(t *testing.T) {
	p := newPortal(t, parse(t, at, small))
	s := p.source(t)
	read(t, s)
	p.asked = nil
	d, err := s.Changes(t.Context())
	if err != nil || len(d.Files)+len(d.Gone) != 0 || d.Full {
		t.Fatalf("nothing changed: %v %v %v", d.Files, d.Gone, err)
	}
	if want := []string{"GET entities/by-query"}; !slices.Equal(p.asked, want) {
		t.Errorf("asked %v, want %v", p.asked, want)
	}
	p.asked = nil
	changed := strings.Replace(small, "name: payments,", "name: ledger,", 1)
	changed = strings.Replace(changed, "owner: crew, dependsOn", "owner: crew, system: shop, dependsOn", 1)
	p.holds(t, parse(t, at, changed))
	d, err = s.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(func(yield func(string) bool) {
		for ref := range entities(t, d) {
			if !yield(ref.String()) {
				return
			}
		}
	})
	if want := []string{"component:default/checkout", "component:default/ledger", "group:default/crew"}; !slices.Equal(got, want) {
		t.Errorf("changed %v, want %v", got, want)
	}
	if want := []string{p.URL + "/api/catalog/entities/by-name/component/default/payments"}; !slices.Equal(d.Gone, want) {
		t.Errorf("gone %v, want %v", d.Gone, want)
	}
	if want := []string{"GET entities/by-query", "POST entities/by-refs"}; !slices.Equal(p.asked, want) {
		t.Errorf("asked %v, want %v", p.asked, want)
	}
	for _, f := range d.Files {
		if len(f.Text) == 0 || f.Hash == [32]byte{} {
			t.Errorf("%s comes without its text", f.Location)
		}
	}
	if again, err := s.Read(t.Context()); err != nil || len(again.Files) != 3 || again.Files[0].Text != nil {
		t.Errorf("a second reading: %d files, %v", len(again.Files), err)
	}
}

func TestFilterAndRules(t *testing.T) {
	p := newPortal(t, parse(t, at, small))
	got := read(t, p.source(t, func(o *Options) {
		o.Filter = []string{"kind=group", "kind=component,metadata.name=checkout"}
		o.PageSize = 1
	}))
	if len(got) != 2 {
		t.Errorf("%d entities of the filter", len(got))
	}
	for _, e := range got {
		if len(e.Problems) != 0 {
			t.Errorf("%s: what was not read may state the other relations: %v", e.Ref, e.Problems)
		}
	}
	d, err := p.source(t, func(o *Options) { o.Allow = []ingest.Rule{{Kind: "group"}} }).Read(t.Context())
	refused := 0
	for _, f := range d.Files {
		refused += len(f.Problems)
	}
	if err != nil || refused != 2 {
		t.Errorf("%d refused, want 2 (%v)", refused, err)
	}
}

func TestNew(t *testing.T) {
	for _, bad := range []string{"", "portal", "ftp://portal", "https://user:pass@portal", "https://portal?x=1"} {
		if _, err := New(Options{URL: bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, good := range []string{"https://portal.example.com", "https://portal.example.com/api/catalog/", "https://portal.example.com/"} {
		s, err := New(Options{URL: good})
		if err != nil || s.Origin() != "backstage:https://portal.example.com" {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestWatch(t *testing.T) {
	p := newPortal(t, parse(t, at, small))
	s := p.source(t, func(o *Options) { o.Interval = time.Millisecond })
	read(t, s)
	ctx, stop := context.WithCancel(t.Context())
	n := 0
	err := s.Watch(ctx, func(d catalog.Delta) {
		if n++; n == 2 {
			stop()
		}
		if len(d.Files) != 0 || d.Checked.IsZero() {
			t.Errorf("an unchanged portal: %+v", d)
		}
	})
	if err != nil || n < 2 {
		t.Errorf("%d deltas, %v", n, err)
	}
	p.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) })
	if err := s.Watch(t.Context(), func(catalog.Delta) {}); err == nil || !strings.Contains(err.Error(), fmt.Sprint(http.StatusTeapot)) {
		t.Errorf("a portal that fails: %v", err)
	}
}
