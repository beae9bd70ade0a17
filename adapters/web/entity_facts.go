package web

import (
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// elsewhere reports the types of relations that have their own place on the page of an entity of a kind.
func elsewhere(kind, typ string) bool {
	switch typ {
	case "ownedBy":
		return true
	case "providesApi", "consumesApi", "dependsOn":
		return kind != "group" && kind != "user"
	case "ownerOf", "hasMember", "parentOf", "memberOf":
		return kind == "group" || kind == "user"
	}
	return false
}

// relations groups the relations of an entity by type, but for those that are shown elsewhere.
func relations(view search.View, l lang.Lang, ref catalog.Ref) []related {
	var out []related
	for _, rel := range view.Relations(ref) {
		if elsewhere(ref.Kind, rel.Type) {
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
	case "ownedBy", "ownerOf", "dependsOn", "dependencyOf", "providesApi", "apiProvidedBy", "consumesApi", "apiConsumedBy", "partOf", "hasPart",
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

// problem is something wrong with the data of an entity, and where it stands.
type problem struct {
	Message string
	Where   string // file and line
	Href    string // of the file, where a browser opens it
}

func problems(view search.View, e *catalog.Entity) []problem {
	var out []problem
	for _, p := range view.Problems(e.Ref) {
		d := problem{Message: p.Message, Where: path.Base(strings.ReplaceAll(e.Source.Location, `\`, "/"))}
		if p.Field != "" && !strings.HasPrefix(p.Message, p.Field) {
			d.Message = p.Field + ": " + p.Message
		}
		line := p.Line
		if line == 0 {
			line = e.Source.Line
		}
		if line > 0 && d.Where != "" {
			d.Where += ":" + strconv.Itoa(line)
		}
		if card.WebURL(e.Source.Location) {
			d.Href = e.Source.Location
		}
		out = append(out, d)
	}
	return out
}

// tags link to everything that has the same.
func tags(e *catalog.Entity) []link {
	var out []link
	for _, t := range e.Tags {
		out = append(out, link{Text: t, Href: "/catalog?" + url.Values{"tag": {strings.ToLower(t)}}.Encode()})
	}
	return out
}

// trail is what an entity is part of, the outermost first.
func trail(view search.View, e *catalog.Entity) []link {
	var out []link
	seen := map[catalog.Ref]bool{e.Ref: true}
	const deepest = 6
	for at := e.Ref; len(out) < deepest; {
		var up catalog.Ref
		for _, rel := range view.Relations(at, "partOf", "childOf") {
			if _, ok := view.Entity(rel.Target); ok && !seen[rel.Target] {
				up = rel.Target
				break
			}
		}
		if up.IsZero() {
			break
		}
		seen[up] = true
		out = append([]link{linkTo(view, up)}, out...)
		at = up
	}
	return out
}

// rowsOf are the entities at the other end of relations, as lines of a list.
func rowsOf(view search.View, l lang.Lang, ref catalog.Ref, types ...string) []listRow {
	var out []listRow
	seen := map[catalog.Ref]bool{}
	for _, rel := range view.Relations(ref, types...) {
		if seen[rel.Target] || len(out) == maxRelated {
			continue
		}
		seen[rel.Target] = true
		e, ok := view.Entity(rel.Target)
		if !ok {
			out = append(out, listRow{link: link{Text: rel.Target.Short("")}, Kind: kindLabel(l, rel.Target.Kind, 1)})
			continue
		}
		line := row(view, l, e)
		if a := api(e); a != "" {
			line.Type = a
		}
		out = append(out, line)
	}
	return out
}
