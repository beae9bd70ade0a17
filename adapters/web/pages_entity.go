package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of what one entity page lists.
const (
	maxRelated  = 30 // of one relation type
	maxVersions = 8  // above the fold
	maxPages    = 8  // of the docs
	maxOwned    = 12
)

type entityData struct {
	Kind, Type, Ref, Name, About string
	Trail                        []link // the domain and the system it is part of, or the team above
	Tags                         []link
	Owner                        *link
	Chain                        []link // the teams above the owner, nearest first
	Contacts                     []link
	OnCall                       []shift
	Repository                   *link
	Links                        []link
	Versions                     []version
	MoreVersions                 int
	Lifecycle                    string
	API                          string
	Builds                       []link
	Problems                     []problem
	Docs                         *link
	DocPages                     []link
	Graph                        template.HTML
	Provides, Consumes, Needs    []listRow
	Libraries                    []version
	Relations                    []related
	Cards                        []pluginCard
	People                       *peopleData // of a team or a person
	Source                       link
	Descriptor                   string
	Age                          string
	Ask                          []string
}

// related are the entities at the other end of one type of relation.
type related struct {
	Label string
	Items []link
	More  int
}

// shift is who is on call.
type shift struct {
	Stranger  string // the name of somebody who is in no catalog
	Person    link
	Secondary bool
	Until     string
	At        time.Time
}

// entity is the page of one entity.
func (w *Web) entity(rw http.ResponseWriter, r *http.Request) {
	view, l, ref := w.view(r), tongue(r), pathRef(r)
	e, ok := view.Entity(ref)
	if !ok {
		w.missing(rw, r, ref.Name)
		return
	}
	d := entityData{
		Kind: kindLabel(l, e.Ref.Kind, 1), Type: typeLabel(l, e.Type), Ref: e.Ref.String(), Name: e.DisplayName(), About: card.Clean(e.Description),
		Trail: trail(view, e), Tags: tags(e), Lifecycle: lifeLabel(l, e.Lifecycle), API: api(e), Relations: relations(view, l, e.Ref), Age: age(view, l, e, w.cfg.Now()),
		Source: source(e), Descriptor: refPath("/catalog", ref) + "/descriptor", Repository: repository(e), Links: links(e),
		Provides: rowsOf(view, l, e.Ref, "providesApi"), Consumes: rowsOf(view, l, e.Ref, "consumesApi"), Needs: rowsOf(view, l, e.Ref, "dependsOn"),
	}
	if strings.EqualFold(d.Type, d.Kind) {
		d.Type = ""
	}
	d.Graph = around(view, l, e).Graph(l, translate(l, string(lang.SiteGraphOf), "name", d.Name))
	w.ownership(r, view, e, &d)
	w.state(r, view, e, &d)
	d.Libraries, d.MoreVersions = versions(view, e.Ref)
	d.Versions = d.Libraries[:min(len(d.Libraries), maxVersions)]
	d.MoreVersions += len(d.Libraries) - len(d.Versions)
	w.documentation(view, e, &d)
	w.people(r, view, e, &d)
	d.Cards = w.cards(r, view, e)
	for _, k := range asks(e) {
		d.Ask = append(d.Ask, translate(l, string(k), "name", e.Name))
	}
	p := page{Title: d.Name, Nav: "catalog", About: card.CleanLine(e.Description)}
	if p.About == "" {
		p.About = translate(l, string(lang.SiteAboutEntity), "kind", d.Kind, "name", d.Name)
	}
	w.render(rw, r, http.StatusOK, "entity", p, d)
}

// asks are the questions that a page leads on to.
func asks(e *catalog.Entity) []lang.Key {
	switch e.Ref.Kind {
	case "group":
		return []lang.Key{lang.SiteAskOwns, lang.SiteAskMembers, lang.SiteAskProblems}
	case "user":
		return []lang.Key{lang.SiteAskOwns}
	case "component":
		return []lang.Key{lang.WebAskOwner, lang.WebAskDependents, lang.WebAskVersions}
	}
	return []lang.Key{lang.WebAskOwner, lang.WebAskDependents}
}

// pathRef is the reference an address names.
func pathRef(r *http.Request) catalog.Ref {
	part := func(name string) string {
		s := chi.URLParam(r, name)
		if u, err := url.PathUnescape(s); err == nil {
			return u
		}
		return s
	}
	return catalog.MakeRef(part("kind"), part("namespace"), part("name"))
}

// ownership says who owns the entity, how to reach them and who is on call.
func (w *Web) ownership(r *http.Request, view search.View, e *catalog.Entity, d *entityData) {
	people := e
	if !e.Owner.IsZero() {
		o := linkTo(view, e.Owner)
		d.Owner = &o
		people, _ = view.Entity(e.Owner)
		for _, ref := range groups(view, e)[1:] {
			d.Chain = append(d.Chain, linkTo(view, ref))
		}
	}
	if people != nil {
		if m := people.Profile.Email; card.WebURL("mailto:" + m) {
			d.Contacts = append(d.Contacts, link{Text: m, Href: "mailto:" + m})
		}
		if people != e {
			d.Contacts = append(d.Contacts, links(people)...)
		}
	}
	q := plugins.OnCallQuery{At: w.cfg.Now(), Groups: groups(view, e)}
	if s := e.Annotation(plugins.PagerDutyService); s != "" {
		q.Services = []string{s}
	}
	if s := e.Annotation(plugins.PagerDutyKey); s != "" {
		q.Keys = []string{s}
	}
	rota := w.cfg.Plugins.OnCall
	if hidden := search.Hides(view); hidden != nil {
		rota = plugins.Told(rota, hidden)
	}
	shifts, err := rota.Shifts(r.Context(), q)
	if err != nil {
		w.cfg.Log.Warn("on-call could not be asked", "entity", e.Ref.String(), "err", err)
		return
	}
	for _, s := range shifts {
		if s.Gap() {
			continue
		}
		out := shift{Person: linkTo(view, s.Person), Secondary: s.Secondary, At: s.Until}
		if search.Hides(view) == nil { // nobody else is told of people whom the catalog does not know
			out.Stranger = s.Strangers[s.Person]
		}
		if !s.Until.IsZero() {
			out.Until = lang.Moment(tongue(r), s.Until.In(readerZone(r, s.Zone)), w.cfg.Now())
		}
		d.OnCall = append(d.OnCall, out)
	}
}

// groups are the owner and its ancestors, nearest first; a group is its own owner.
func groups(view search.View, e *catalog.Entity) []catalog.Ref {
	at := e.Owner
	if at.IsZero() && e.Ref.Kind == "group" {
		at = e.Ref
	}
	var out []catalog.Ref
	const deepest = 10
	for range deepest {
		if at.IsZero() || slices.Contains(out, at) {
			break
		}
		out = append(out, at)
		next := catalog.Ref{}
		for _, rel := range view.Relations(at, "childOf") {
			next = rel.Target
		}
		at = next
	}
	return out
}

// readerZone is the time zone the page's script left in a cookie, or the other one, which may be nil.
func readerZone(r *http.Request, other *time.Location) *time.Location {
	if c, err := r.Cookie("tz"); err == nil {
		if name, err := url.QueryUnescape(c.Value); err == nil {
			if z := zone(name); z != nil {
				return z
			}
		}
	}
	return other
}

// state gathers what is wrong and where builds are.
func (w *Web) state(r *http.Request, view search.View, e *catalog.Entity, d *entityData) {
	d.Problems = problems(view, e)
	builds, err := w.cfg.Plugins.Builds.Pipelines(r.Context(), e)
	if err != nil {
		w.cfg.Log.Warn("builds could not be asked", "entity", e.Ref.String(), "err", err)
	}
	for _, p := range builds {
		if card.WebURL(p.URL) {
			d.Builds = append(d.Builds, link{Text: p.Provider, Href: p.URL, Hint: p.Project})
		}
	}
	sites, err := w.cfg.Plugins.Audits.Sites(r.Context(), e)
	if err != nil {
		w.cfg.Log.Warn("audits could not be asked", "entity", e.Ref.String(), "err", err)
	}
	for _, s := range sites {
		if card.WebURL(s.URL) {
			d.Builds = append(d.Builds, link{Text: s.Provider, Href: s.URL})
		}
	}
}

func (w *Web) documentation(view search.View, e *catalog.Entity, d *entityData) {
	if w.cfg.Docs == nil {
		return
	}
	site, ok := w.cfg.Docs.Site(e.Ref)
	if !ok {
		return
	}
	base := refPath("/docs", e.Ref)
	d.Docs = &link{Text: site.Title, Href: base}
	for _, p := range site.Pages {
		if p.Path == "" || !p.Listed {
			continue
		}
		if len(d.DocPages) == maxPages {
			break
		}
		d.DocPages = append(d.DocPages, link{Text: p.Title, Href: base + "/" + escapePath(p.Path)})
	}
}
