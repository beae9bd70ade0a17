package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// help lists what can be asked, with names from this very catalog.
func (t *talk) help() {
	t.outcome = bot.HelpGiven
	t.line(lang.HelpIntro, nil)
	args := lang.Args{"x": t.exampleOr("payments"), "team": t.exampleTeam(), "tech": t.exampleTech()}
	list := card.List{}
	for _, k := range []lang.Key{
		lang.HelpOwner, lang.HelpOnCall, lang.HelpAPI, lang.HelpVersion, lang.HelpDocs, lang.HelpDependents,
		lang.HelpOwnedBy, lang.HelpMembers, lang.HelpLifecycle, lang.HelpRadar, lang.HelpSearch, lang.HelpRank, lang.HelpScaffold,
	} {
		if (k == lang.HelpOnCall && !t.connected(t.c.cap.OnCall)) || (k == lang.HelpRadar && !t.connected(t.c.cap.Radar)) {
			continue
		}
		list.Items = append(list.Items, t.say(k, args))
	}
	t.add(list)
	var names []string
	for _, c := range t.c.subCommands() {
		names = append(names, c.name)
	}
	t.line(lang.HelpShort, lang.Args{"list": []card.Span{card.M(strings.Join(names, ", "))}})
	t.line(lang.HelpSource, nil)
}

func (t *talk) exampleOr(other string) string {
	if x := t.example(); x != "" {
		return x
	}
	return other
}

// exampleTeam is the name of the first team that owns something.
func (t *talk) exampleTeam() string {
	const most = 50
	seen := 0
	first := "payments-team"
	for e := range t.view.Entities(search.Filter{Kinds: []string{"group"}}) {
		if seen++; seen > most {
			break
		}
		if seen == 1 {
			first = e.DisplayName()
		}
		if len(targets(t.view, e.Ref, "ownerOf")) > 0 {
			return e.DisplayName()
		}
	}
	return first
}

// exampleTech is the technology that most components use, or one that many people know.
func (t *talk) exampleTech() string { return orText(t.commonTech(), "Go") }

// commonTech is the framework or language that most components use; "" where none is known.
func (t *talk) commonTech() string {
	best, name := 0, ""
	for _, k := range t.view.FactKeys(inventory.Producer, inventory.PrefixTech) {
		if k.Count <= best {
			continue
		}
		tech, ok := t.c.deps.Technologies.Technology(strings.TrimPrefix(k.Key, inventory.PrefixTech))
		if ok && (tech.Kind == inventory.Framework || tech.Kind == inventory.Language) {
			best, name = k.Count, tech.Name
		}
	}
	return name
}
