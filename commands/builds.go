package commands

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// builds links to where an entity is built.
func (t *talk) builds(e *catalog.Entity) {
	t.from(e)
	pipelines, err := t.c.cap.Builds.Pipelines(t.ctx, e)
	if err != nil {
		t.failed(lang.CmdBuildsNoun, e)
		return
	}
	stated, perhaps := split(pipelines)
	told := t.tellers(e)
	stated = slices.DeleteFunc(stated, func(p plugins.Pipeline) bool { return slices.Contains(told, p.Provider) })
	if len(stated) == 0 && len(told) > 0 {
		return // a plugin says more than where it is
	}
	if len(stated) > 0 {
		t.yes()
		t.line(lang.BuildsAre, lang.Args{"what": t.named(e), "list": t.pipelines(stated)})
		return
	}
	t.nothingFor(e, lang.BuildsNone, lang.BuildsNoneOwnerless, lang.CmdBuildsNoun, t.connected(t.c.cap.Builds))
	if len(perhaps) > 0 {
		t.line(lang.BuildsPerhaps, lang.Args{"list": t.pipelines(perhaps)})
	}
}

// tellers are the plugins that tell of builds of an entity, by what readers call them.
func (t *talk) tellers(e *catalog.Entity) []string {
	var out []string
	for _, ref := range t.answering(e) {
		if k := t.c.deps.Views.Known(ref, t.query(e)); k.Seen && !k.Card.Empty() {
			out = append(out, k.About.Title)
		}
	}
	return out
}

// split tells the pipelines that a descriptor states from those that are only likely because the code lies in a
// repository whose host can build it: such an annotation names the repository, not a pipeline.
func split(all []plugins.Pipeline) (stated, perhaps []plugins.Pipeline) {
	for _, p := range all {
		host, _, _ := strings.Cut(p.Annotation, "/")
		if strings.HasSuffix(p.Annotation, "/project-slug") && slices.Contains(repositoryHosts(), host) {
			perhaps = append(perhaps, p)
			continue
		}
		stated = append(stated, p)
	}
	return stated, perhaps
}

func (t *talk) pipelines(all []plugins.Pipeline) []card.Span {
	items := make([][]card.Span, len(all))
	for i, p := range all {
		name := p.Project
		if name == "" {
			name = p.Slug
		}
		items[i] = t.say(lang.BuildsAt, lang.Args{"link": linkOr(name, p.URL), "provider": p.Provider})
	}
	return t.join(items, 0)
}

// nothingFor says that an entity has no data of some sort and whom to ask; and that the source of such data is not
// connected at all, when it is not.
func (t *talk) nothingFor(e *catalog.Entity, key, ownerless, source lang.Key, connected bool) {
	t.no()
	owner := ownerOf(e)
	if owner.IsZero() {
		t.line(ownerless, lang.Args{"what": t.named(e)})
	} else {
		t.line(key, lang.Args{"what": t.named(e), "owner": t.strong(owner)})
	}
	if !connected {
		t.line(lang.CmdNotConnected, lang.Args{"what": t.text(source, nil)})
	}
}
