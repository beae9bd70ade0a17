package commands

import (
	"cmp"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// show is the full card of an entity, or the one detail that was asked for.
func (t *talk) show(e *catalog.Entity) {
	t.from(e)
	switch t.r.Trait {
	case "repo", "code", "source":
		t.detail(e, lang.ShowRepo, lang.ShowNoRepo, repository)
		return
	case "site", "url":
		t.detail(e, lang.ShowSite, lang.ShowNoSite, site)
		return
	case "dashboard":
		t.detail(e, lang.ShowDashboard, lang.ShowNoDashboard, dashboard)
		return
	case "chat", "channel":
		t.detail(e, lang.ShowChat, lang.ShowNoChat, t.ownersToo(chat))
		return
	case "mail", "email":
		t.detail(e, lang.ShowMail, lang.ShowNoMail, t.ownersToo(mail))
		return
	case "lead":
		if e.Ref.Kind == "group" {
			t.membersOfGroup(e)
			return
		}
	}
	t.yes()
	if t.r.Trait == understand.Says {
		t.line(lang.ShowTagged, lang.Args{"what": t.named(e), "tag": card.M(t.r.Topic)})
	}
	switch e.Ref.Kind {
	case "user":
		t.personLine(e)
		return
	case "group":
		t.showGroup(e)
	default:
		t.showHead(e)
	}
	t.describe(e)
	if f := t.fields(e); len(f) > 0 {
		t.add(card.Fields{Items: f})
	}
	if strings.EqualFold(e.Lifecycle, "deprecated") {
		t.successorLine(e)
	}
	t.madeRemark(e)
}

// detail answers for one thing a descriptor may say.
func (t *talk) detail(e *catalog.Entity, key, none lang.Key, find func(*catalog.Entity) (card.Span, bool)) {
	if s, ok := find(e); ok {
		t.yes()
		t.line(key, lang.Args{"what": t.named(e), "link": s})
		return
	}
	t.no()
	t.add(card.Text{Spans: append(t.say(none, lang.Args{"what": t.named(e)}), t.belonging(e)...)})
	if e.Ref.Kind == "group" {
		if other := dotted(t.contacts(e), t.leadLine(e)); other != nil { // another way to reach them
			t.add(card.Text{Spans: other})
		}
	}
}

// ownersToo looks at an entity and then at its owner.
func (t *talk) ownersToo(find func(*catalog.Entity) (card.Span, bool)) func(*catalog.Entity) (card.Span, bool) {
	return func(e *catalog.Entity) (card.Span, bool) {
		if s, ok := find(e); ok {
			return s, true
		}
		if owner, ok := t.view.Entity(ownerOf(e)); ok {
			return find(owner)
		}
		return card.Span{}, false
	}
}

// showHead is the sentence that says what an entity is, whose, and in which state.
func (t *talk) showHead(e *catalog.Entity) {
	args := lang.Args{"what": t.named(e), "kind": t.whatA(e), "state": t.lifeWord(e.Lifecycle)}
	key := lang.ShowIs
	switch {
	case e.Owner.IsZero():
		key = lang.ShowIsOwnerless
	case e.Lifecycle == "":
		key = lang.ShowIsPlain
	}
	if !e.Owner.IsZero() {
		args["owner"] = t.strong(e.Owner)
	}
	t.line(key, args)
}

func (t *talk) showGroup(g *catalog.Entity) {
	people := len(targets(t.view, g.Ref, "hasMember"))
	if people == 0 {
		people = t.headcount(g)
	}
	t.line(lang.ShowGroup, lang.Args{"what": t.named(g), "kind": t.whatA(g), "count": t.count("user", people)})
}

// maxDescription bounds how much of a description a card shows, in characters.
const maxDescription = 400

func (t *talk) describe(e *catalog.Entity) {
	if d := strings.Join(strings.Fields(e.Description), " "); d != "" {
		t.add(card.Text{Spans: []card.Span{card.T(clipTo(d, maxDescription))}})
	}
}

// fields are what a card says beside its sentence, in a fixed order; what an entity does not have is left out.
func (t *talk) fields(e *catalog.Entity) []card.Field {
	var out []card.Field
	add := func(label lang.Key, value []card.Span) {
		if len(value) > 0 {
			out = append(out, card.Field{Label: t.text(label, nil), Value: value})
		}
	}
	related := func(label lang.Key, types ...string) { add(label, t.refs(targets(t.view, e.Ref, types...), maxInline)) }
	if e.Ref.Kind == "group" {
		related(lang.ShowParent, "childOf")
		related(lang.ShowTeams, "parentOf")
		add(lang.ShowLead, t.strongs(t.leads(e)))
		related(lang.ShowOwns, "ownerOf")
	}
	related(lang.ShowSystem, "partOf")
	related(lang.ShowParts, "hasPart")
	if s := t.apiAbout(e); e.Ref.Kind == "api" && s != "" {
		add(lang.ShowFormat, append([]card.Span{card.T(s + " ")}, t.readIt(e)...))
	}
	related(lang.ShowProvidedBy, "apiProvidedBy")
	related(lang.ShowUsedBy, "apiConsumedBy", "dependencyOf")
	related(lang.ShowAPIsLabel, "providesApi")
	related(lang.ShowUsesLabel, "dependsOn", "consumesApi")
	if e.Ref.Kind == "component" {
		add(lang.ShowBuiltWith, t.builtWith(e))
	}
	if s, ok := repository(e); ok {
		add(lang.ShowRepoLabel, []card.Span{s})
	}
	if u := t.c.links.page(e.Ref, "", ""); u != "" && t.hasDocs(e) {
		add(lang.ShowDocsLabel, []card.Span{card.L(t.text(lang.DocsHome, nil), u)})
	}
	add(lang.ShowContact, t.contacts(e))
	add(lang.ShowLinks, t.linksOf(e))
	if len(e.Tags) > 0 {
		add(lang.ShowTags, []card.Span{card.T(strings.Join(e.Tags, ", "))})
	}
	return out
}

func (t *talk) builtWith(e *catalog.Entity) []card.Span {
	uses := inventory.All(t.view, e.Ref)
	items := make([][]card.Span, 0, 4)
	for _, u := range uses[:min(len(uses), 4)] {
		items = append(items, versioned(u))
	}
	return t.join(items, len(uses)-len(items))
}

func (t *talk) linksOf(e *catalog.Entity) []card.Span {
	var items [][]card.Span
	more := 0
	contact, _ := chat(e)
	for _, l := range e.Links {
		text := l.Title
		if text == "" {
			text = l.URL
		}
		switch s := linkTo(text, l.URL); {
		case s == contact: // shown as such
		case len(items) == 5:
			more++
		default:
			items = append(items, []card.Span{s})
		}
	}
	return t.join(items, more)
}

// repositoryHosts are the hosts whose annotations name a repository (backstage.io, "Well-known annotations").
func repositoryHosts() []string {
	return []string{"github.com", "gitlab.com", "bitbucket.org", "gitea.com"}
}

// repository is where an entity's code is, as its annotations say.
func repository(e *catalog.Entity) (card.Span, bool) {
	address := ""
	for _, key := range []string{"backstage.io/source-location", "backstage.io/view-url"} {
		if address = webAddress(strings.TrimPrefix(e.Annotation(key), "url:")); address != "" {
			break
		}
	}
	slug := ""
	for _, host := range repositoryHosts() {
		for _, name := range []string{"/project-slug", "/repo-slug"} {
			if slug = strings.Trim(e.Annotation(host+name), "/ "); slug == "" {
				continue
			}
			if address == "" {
				address = webAddress("https://" + host + "/" + slug)
			}
			return linkOr(slug, address), true
		}
	}
	if address == "" {
		return card.Span{}, false
	}
	return card.L(repoName(address), address), true
}

// repoName is the part of a repository's address that people know it by: without the host and the branch.
func repoName(address string) string {
	_, path, _ := strings.Cut(address, "://")
	_, path, _ = strings.Cut(path, "/")
	for _, mark := range []string{"/-/", "/tree/", "/blob/", "/src/"} {
		path, _, _ = strings.Cut(path, mark)
	}
	if path = strings.Trim(path, "/"); path == "" {
		return address
	}
	return path
}

// dashboard is the link of an entity that leads to its metrics.
func dashboard(e *catalog.Entity) (card.Span, bool) {
	for _, l := range e.Links {
		all := strings.ToLower(l.Title + " " + l.Icon + " " + l.Type)
		for _, w := range []string{"dashboard", "metrics", "monitor", "grafana", "监控", "面板"} {
			if strings.Contains(all, w) && webAddress(l.URL) != "" {
				return linkTo(cmp.Or(l.Title, l.URL), l.URL), true
			}
		}
	}
	return card.Span{}, false
}

// site is where an entity can be used: the link that leads to the running thing.
func site(e *catalog.Entity) (card.Span, bool) {
	for _, words := range [][]string{{"web", "site", "live", "production", "网站", "线上"}, {"home", "app", "page"}} {
		for _, l := range e.Links {
			all := strings.ToLower(l.Title + " " + l.Icon + " " + l.Type)
			for _, w := range words {
				if u := webAddress(l.URL); u != "" && strings.Contains(all, w) {
					return card.L(u, u), true
				}
			}
		}
	}
	for _, a := range e.Annotations {
		if strings.HasSuffix(a.Key, "/website-url") {
			if u := webAddress(a.Value); u != "" {
				return card.L(u, u), true
			}
		}
	}
	return card.Span{}, false
}
