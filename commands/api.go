package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxInline is how many names a sentence holds before it says "and 3 more" in a chat.
const maxInline = 8

// inline bounds the names in a sentence: all of them where every row is wanted.
func (t *talk) inline() int {
	if t.q.Full {
		return 500
	}
	return maxInline
}

// api says what an interface is, where to read it, who provides and who consumes it; for anything else, which
// interfaces it provides.
func (t *talk) api(e *catalog.Entity) {
	t.from(e)
	switch e.Ref.Kind {
	case "api":
		t.apiItself(e)
	case "group", "user":
		t.apisOwned(e)
	default:
		t.apisProvided(e)
	}
}

func (t *talk) apiItself(e *catalog.Entity) {
	t.yes()
	providers := targets(t.view, e.Ref, "apiProvidedBy")
	about := t.apiAbout(e)
	args := lang.Args{"api": t.named(e), "about": about, "who": t.refs(providers, t.inline())}
	key := lang.APIProvided
	switch {
	case len(providers) == 0 && about == "":
		key = lang.APIOrphanPlain
	case len(providers) == 0:
		key = lang.APIOrphan
	case about == "":
		key = lang.APIProvidedPlain
	}
	t.headline(t.say(key, args), t.readIt(e))
	t.atOperation(e)
	t.consumers(e)
}

// headline appends a sentence, with a link behind it where there is one.
func (t *talk) headline(spans []card.Span, link []card.Span) {
	if len(link) > 0 {
		spans = append(append(spans, card.T(t.gap())), link...)
	}
	t.add(card.Text{Spans: spans})
}

// readIt links to where the definition can be read.
func (t *talk) readIt(e *catalog.Entity) []card.Span {
	if u := definitionAddress(e); u != "" {
		return []card.Span{card.L(t.text(lang.ActRead, nil), u)}
	}
	if u := t.c.links.entity(e.Ref); u != "" {
		return []card.Span{card.L(t.text(lang.ActRead, nil), u)}
	}
	if u := webAddress(e.Source.Location); u != "" {
		return []card.Span{card.L(t.text(lang.ActRead, nil), u)}
	}
	return nil
}

// definitionAddress is the link of an API that leads to its definition or its reference pages, or "".
func definitionAddress(e *catalog.Entity) string {
	for _, l := range e.Links {
		words := strings.ToLower(l.Title + " " + l.Icon + " " + l.Type)
		for _, w := range []string{"openapi", "swagger", "asyncapi", "graphql", "spec", "reference", "definition", "接口文档"} {
			if strings.Contains(words, w) {
				return webAddress(l.URL)
			}
		}
	}
	return ""
}

func (t *talk) consumers(e *catalog.Entity) {
	consumers := targets(t.view, e.Ref, "apiConsumedBy")
	if len(consumers) == 0 {
		t.line(lang.APINoConsumers, nil)
		return
	}
	t.line(lang.APIConsumers, lang.Args{"list": t.refs(consumers, t.inline())})
}

// apisProvided answers for a component, and for a system by its parts.
func (t *talk) apisProvided(e *catalog.Entity) {
	apis := targets(t.view, e.Ref, "providesApi")
	if len(apis) == 0 {
		apis = t.partsOf(e, "api")
	}
	switch len(apis) {
	case 0:
		if t.endpoint() {
			return
		}
		t.no()
		spans := t.say(lang.APINone, lang.Args{"who": t.named(e)})
		if uses := targets(t.view, e.Ref, "consumesApi"); len(uses) > 0 {
			spans = append(spans, card.T(t.gap()))
			spans = append(spans, t.say(lang.APIUses, lang.Args{"list": t.refs(uses, t.inline())})...)
		}
		t.add(card.Text{Spans: spans})
		return
	case 1:
		t.operationOf(apis)
		t.apiOne(e, apis[0])
		return
	}
	t.yes()
	t.operationOf(apis)
	t.line(lang.APIProvides, lang.Args{"who": t.named(e), "n": len(apis), "list": t.refs(apis, t.inline())})
	t.apiList(apis)
}

// apiOne is the answer for what provides exactly one interface.
func (t *talk) apiOne(e *catalog.Entity, ref catalog.Ref) {
	t.yes()
	a, ok := t.view.Entity(ref)
	if !ok {
		t.line(lang.APIProvidesOnePlain, lang.Args{"who": t.named(e), "api": card.M(ref.Short(""))})
		return
	}
	t.from(a)
	about := t.apiAbout(a)
	key, args := lang.APIProvidesOne, lang.Args{"who": t.named(e), "api": t.named(a), "about": about}
	if about == "" {
		key = lang.APIProvidesOnePlain
	}
	t.headline(t.say(key, args), t.readIt(a))
	t.consumers(a)
}

func (t *talk) apisOwned(e *catalog.Entity) {
	var apis []catalog.Ref
	for _, r := range targets(t.view, e.Ref, "ownerOf") {
		if r.Kind == "api" {
			apis = append(apis, r)
		}
	}
	if len(apis) == 0 {
		t.no()
		t.line(lang.APINone, lang.Args{"who": t.named(e)})
		return
	}
	t.yes()
	t.line(lang.APIOwned, lang.Args{"who": t.named(e), "n": len(apis), "list": t.refs(apis, t.inline())})
	t.apiList(apis)
}

// apiList lists interfaces with what their definitions say, where to read them, and how many consume them.
func (t *talk) apiList(apis []catalog.Ref) {
	list := card.List{}
	for _, r := range apis {
		a, ok := t.view.Entity(r)
		if !ok {
			list.Items = append(list.Items, []card.Span{card.M(r.Short("")), card.T(" · " + t.text(lang.DepsMissing, nil))})
			continue
		}
		t.from(a)
		var about []card.Span
		if s := t.apiAbout(a); s != "" {
			about = []card.Span{card.T(s)}
		}
		list.Items = append(list.Items, dotted(t.listed(a), about, t.readIt(a)))
	}
	t.add(list)
}

// partsOf are the parts of a system or domain that are of one kind.
func (t *talk) partsOf(e *catalog.Entity, kind string) []catalog.Ref {
	if e.Ref.Kind != "system" && e.Ref.Kind != "domain" {
		return nil
	}
	var out []catalog.Ref
	for _, r := range targets(t.view, e.Ref, "hasPart") {
		if r.Kind == kind {
			out = append(out, r)
		}
	}
	return out
}

// apiAbout is "OpenAPI 3.0, v2.3": what the definition says of itself, else the type in the descriptor.
func (t *talk) apiAbout(e *catalog.Entity) string {
	about := e.API.Format
	if about == "" {
		about = apiType(e.Type)
	}
	v := e.API.Version
	if v == "" {
		return about
	}
	if v[0] >= '0' && v[0] <= '9' {
		v = "v" + v
	}
	if about == "" {
		return v
	}
	return about + t.text(lang.CmdClause, nil) + v
}

// apiType spells the well-known API types as people write them.
func apiType(s string) string {
	switch strings.ToLower(s) {
	case "openapi":
		return "OpenAPI"
	case "asyncapi":
		return "AsyncAPI"
	case "graphql":
		return "GraphQL"
	case "grpc":
		return "gRPC"
	case "trpc":
		return "tRPC"
	default:
		return s
	}
}
