package web

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Cause is one thing that is wrong with the data, with everything that comes from it.
type Cause struct {
	Message string      // one plain English sentence
	Owner   catalog.Ref // whose it is to mend; zero: nobody's alone
	File    string      // where the first of it stands; may be empty
	Line    int         // 0: not known
	Count   int         // findings
}

// What the start page shows at most.
const (
	homeOwned  = 8
	homeCauses = 5
)

type homeData struct {
	Examples []string
	Counts   []kindCount
	Mine     *mineData
	Causes   []cause
}

// mineData is what belongs to who asks.
type mineData struct {
	Person link
	Teams  []link
	Owned  []listRow
	More   int
	Bad    int // of all that is owned, what has problems
	AllOf  string
}

type cause struct {
	Message string
	Owner   link
	Where   link
	Count   int
}

// home is the start page: search and ask, one's own things, what there is, and what is most wrong.
func (w *Web) home(rw http.ResponseWriter, r *http.Request) {
	view, l := w.view(r), tongue(r)
	d := homeData{Examples: w.examples(r, view), Counts: kinds(view, l), Mine: mine(view, l, w.person(r))}
	for _, c := range w.worst(r.Context(), view) {
		d.Causes = append(d.Causes, shown(view, c))
	}
	w.render(rw, r, http.StatusOK, "home", page{Nav: "home", About: translate(l, string(lang.WebHeadline))}, d)
}

// examples are questions to begin with.
func (w *Web) examples(r *http.Request, view search.View) []string {
	if w.cfg.Examples != nil {
		if all := w.cfg.Examples(r.Context(), view, tongue(r)); len(all) > 0 {
			return all
		}
	}
	return strings.Split(translate(tongue(r), string(lang.WebExamples)), " | ")
}

// mine is what a person and their teams own; nil for who is not in the catalog.
func mine(view search.View, l lang.Lang, person catalog.Ref) *mineData {
	if person.IsZero() {
		return nil
	}
	if _, ok := view.Entity(person); !ok {
		return nil
	}
	d := &mineData{Person: linkTo(view, person), Teams: linksTo(view, person, "memberOf")}
	s := selection{}
	owners := []catalog.Ref{person}
	for _, rel := range view.Relations(person, "memberOf") {
		owners = append(owners, rel.Target)
	}
	for _, o := range owners {
		s[byOwner] = append(s[byOwner], o.String())
		for _, kind := range []string{"component", "api", "system", "resource"} {
			for e := range view.Entities(search.Filter{Owner: o, Kinds: []string{kind}}) {
				line := row(view, l, e)
				if line.Bad {
					d.Bad++
				}
				if len(d.Owned) == homeOwned {
					d.More++
					continue
				}
				d.Owned = append(d.Owned, line)
			}
		}
	}
	d.AllOf = s.address(1)
	return d
}

func shown(view search.View, c Cause) cause {
	out := cause{Message: c.Message, Count: c.Count}
	if !c.Owner.IsZero() {
		out.Owner = linkTo(view, c.Owner)
	}
	if c.File != "" {
		out.Where = link{Text: path.Base(strings.ReplaceAll(c.File, `\`, "/")), Hint: c.File}
		if c.Line > 0 {
			out.Where.Text += ":" + strconv.Itoa(c.Line)
		}
		if card.WebURL(c.File) {
			out.Where.Href = c.File
		}
	}
	return out
}
