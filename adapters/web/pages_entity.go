package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
	maxVersions = 12
	maxPages    = 8 // of the docs
)

type entityData struct {
	Kind, Type, Ref, Name, About string
	Tags                         []string
	Owner                        *link
	Contacts                     []link
	OnCall                       []shift
	Repository                   *link
	Links                        []link
	Versions                     []version
	MoreVersions                 int
	Lifecycle                    string
	API                          string
	Builds                       []link
	Problems                     []string
	Docs                         *link
	DocPages                     []link
	Relations                    []related
	Source                       link
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
	Person    link
	Secondary bool
	Until     string
	At        time.Time
}

// entity is the page of one entity.
func (w *Web) entity(rw http.ResponseWriter, r *http.Request) {
	view := w.cfg.View()
	ref := pathRef(r)
	e, ok := view.Entity(ref)
	if !ok {
		w.missing(rw, r, ref.Name)
		return
	}
	l := tongue(r)
	d := entityData{
		Kind: kindLabel(l, e.Ref.Kind, 1), Type: e.Type, Ref: e.Ref.String(), Name: e.DisplayName(), About: card.Clean(e.Description),
		Tags: e.Tags, Lifecycle: e.Lifecycle, API: api(e), Relations: relations(view, l, e.Ref), Age: age(view, l, e, w.cfg.Now()),
		Source: source(e), Repository: repository(e), Links: links(e),
	}
	w.ownership(r, view, e, &d)
	w.state(r, view, e, &d)
	d.Versions, d.MoreVersions = versions(view, e.Ref)
	w.documentation(view, e, &d)
	for _, k := range []lang.Key{lang.WebAskOwner, lang.WebAskDependents, lang.WebAskVersions} {
		d.Ask = append(d.Ask, translate(l, string(k), "name", e.Name))
	}
	w.render(rw, r, http.StatusOK, "entity", page{Title: d.Name, Nav: "catalog"}, d)
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
	for _, p := range view.Problems(e.Ref) {
		d.Problems = append(d.Problems, p.Message)
	}
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

// relations groups the relations of an entity by type; ownedBy has its own place on the page.
func relations(view search.View, l lang.Lang, ref catalog.Ref) []related {
	var out []related
	for _, rel := range view.Relations(ref) {
		if rel.Type == "ownedBy" {
			continue
		}
		label := relationLabel(l, rel.Type)
		if n := len(out); n == 0 || out[n-1].Label != label {
			out = append(out, related{Label: label})
		}
		g := &out[len(out)-1]
		if len(g.Items) == maxRelated {
			g.More++
			continue
		}
		to := linkTo(view, rel.Target)
		to.Hint = kindLabel(l, rel.Target.Kind, 1)
		g.Items = append(g.Items, to)
	}
	return out
}

// relationLabel is what a type of relation is called; types of others are shown as they are.
func relationLabel(l lang.Lang, typ string) string {
	switch typ {
	case "ownerOf", "dependsOn", "dependencyOf", "providesApi", "apiProvidedBy", "consumesApi", "apiConsumedBy", "partOf", "hasPart",
		"memberOf", "hasMember", "parentOf", "childOf":
		return translate(l, "web.rel_"+strings.ToLower(typ))
	}
	return typ
}

func api(e *catalog.Entity) string {
	if e.API.Format == "" {
		return ""
	}
	if e.API.Version == "" {
		return e.API.Format
	}
	return e.API.Format + ", v" + strings.TrimPrefix(e.API.Version, "v")
}

// links are the entity's own links that a browser opens.
func links(e *catalog.Entity) []link {
	var out []link
	for _, l := range e.Links {
		if !card.WebURL(l.URL) {
			continue
		}
		text := card.CleanLine(l.Title)
		if text == "" {
			text = l.URL
		}
		out = append(out, link{Text: text, Href: l.URL})
	}
	return out
}

// repository is where the code lies, as the annotations say (backstage.io, "Well-known annotations").
func repository(e *catalog.Entity) *link {
	u := strings.TrimPrefix(e.Annotation("backstage.io/source-location"), "url:")
	for key, host := range map[string]string{"github.com/project-slug": "https://github.com/", "gitlab.com/project-slug": "https://gitlab.com/"} {
		if s := e.Annotation(key); s != "" && !card.WebURL(u) {
			u = host + s
		}
	}
	if !card.WebURL(u) {
		return nil
	}
	text := strings.TrimSuffix(u, "/")
	if p, err := url.Parse(text); err == nil {
		text = strings.Trim(p.Path, "/")
		for _, cut := range []string{"/-/tree/", "/tree/", "/src/"} {
			text, _, _ = strings.Cut(text, cut)
		}
	}
	return &link{Text: text, Href: u}
}

// source is where the descriptor stands.
func source(e *catalog.Entity) link {
	name := e.Source.Location
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if e.Source.Line > 0 {
		name += ":" + strconv.Itoa(e.Source.Line)
	}
	out := link{Text: name, Hint: e.Source.Location}
	if card.WebURL(e.Source.Location) {
		out.Href = e.Source.Location
	}
	return out
}

// age says when the descriptor was last read.
func age(view search.View, l lang.Lang, e *catalog.Entity, now time.Time) string {
	at := view.AsOf(e.Source.Origin)
	if at.IsZero() {
		return ""
	}
	return translate(l, string(lang.WebRead), "age", lang.Age(l, now.Sub(at)))
}
