package web

import (
	"net/http"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// peopleData is what the page of a team or a person has beside that of every entity.
type peopleData struct {
	Ref     string // of a person, where the page may offer to be theirs
	Me      bool   // the page is about who asks
	Members []member
	Below   []link // teams below a team
	Teams   []link // of a person
	Owned   []listRow
	Kinds   []kindCount // what is owned, by kind
	More    int         // owned and not listed
	AllOf   string      // address of the list of everything owned
}

// member is a person of a team.
type member struct {
	link
	Email string
	Team  string // the team below in which they are; empty: this one
}

// The bounds of what one page lists.
const (
	maxMembers = 200
	maxBelow   = 100
)

// people adds what only teams and people have.
func (w *Web) people(r *http.Request, view search.View, e *catalog.Entity, d *entityData) {
	if e.Ref.Kind != "group" && e.Ref.Kind != "user" {
		return
	}
	l := tongue(r)
	p := &peopleData{}
	p.Owned, p.Kinds, p.More = owned(view, l, e.Ref)
	s := selection{}
	s[byOwner] = []string{e.Ref.String()}
	p.AllOf = s.address(1)
	if e.Ref.Kind == "user" {
		p.Teams = linksTo(view, e.Ref, "memberOf")
		p.Me = w.person(r) == e.Ref
		if w.cfg.Admit == nil {
			p.Ref = e.Ref.String()
		}
	} else {
		p.Below = linksTo(view, e.Ref, "parentOf")
		p.Members = members(view, e.Ref)
	}
	d.People = p
}

func linksTo(view search.View, ref catalog.Ref, relation string) []link {
	var out []link
	for _, rel := range view.Relations(ref, relation) {
		if len(out) == maxBelow {
			break
		}
		out = append(out, linkTo(view, rel.Target))
	}
	return out
}

// members are the people of a team and, behind them, those of the teams below it.
func members(view search.View, team catalog.Ref) []member {
	var out []member
	seen := map[catalog.Ref]bool{team: true}
	todo := []catalog.Ref{team}
	for len(todo) > 0 && len(seen) < maxBelow+maxMembers {
		at := todo[0]
		todo = todo[1:]
		for _, rel := range view.Relations(at, "hasMember") {
			if seen[rel.Target] || len(out) == maxMembers {
				continue
			}
			seen[rel.Target] = true
			m := member{link: linkTo(view, rel.Target)}
			if e, ok := view.Entity(rel.Target); ok {
				if mail := e.Profile.Email; card.WebURL("mailto:" + mail) {
					m.Email = mail
				}
			}
			if at != team {
				m.Team = linkTo(view, at).Text
			}
			out = append(out, m)
		}
		for _, rel := range view.Relations(at, "parentOf") {
			if !seen[rel.Target] {
				seen[rel.Target] = true
				todo = append(todo, rel.Target)
			}
		}
	}
	return out
}

// owned is what somebody owns: the first of it, its kinds, and how much more there is.
func owned(view search.View, l lang.Lang, owner catalog.Ref) (rows []listRow, counts []kindCount, more int) {
	for _, kind := range kindOrder() {
		f := search.Filter{Owner: owner, Kinds: []string{kind}}
		n := view.Count(f)
		if n == 0 {
			continue
		}
		s := selection{}
		s[byOwner], s[byKind] = []string{owner.String()}, []string{kind}
		counts = append(counts, kindCount{Kind: kind, Label: kindLabel(l, kind, n), Href: s.address(1), Count: n})
		for e := range view.Entities(f) {
			if len(rows) == maxOwned {
				break
			}
			rows = append(rows, row(view, l, e))
			n--
		}
		more += n
	}
	return rows, counts, more
}
