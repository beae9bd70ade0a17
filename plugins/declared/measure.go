package declared

import (
	"fmt"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxMeasures bounds those of one file.
const maxMeasures = 20

// Measures implements plugins.HasMeasures.
func (p *Plugin) Measures() []plugins.Measure {
	if p.f.Spec.Watch == nil {
		return nil
	}
	return slices.Clone(p.f.Spec.Watch.Measures)
}

// measures reads what questions about everything may ask of the facts.
func (r *reader) measures(n *yamldoc.Node, field string, w *watch) {
	if n.Kind != yamldoc.List || len(n.Items) == 0 || len(n.Items) > maxMeasures {
		r.errorf(n, field, "expected a list of 1 to %d measures", maxMeasures)
		return
	}
	for i, item := range n.Items {
		at := fmt.Sprintf("%s[%d]", field, i)
		var title words
		m := plugins.Measure{}
		r.fields(item, at, map[string]func(*yamldoc.Node, string){
			"fact":   r.into(&m.Fact),
			"title":  r.into(&title),
			"words":  func(n *yamldoc.Node, field string) { m.Words = r.wordLists(n, field) },
			"good":   r.into(&m.Good),
			"bad":    r.into(&m.Bad),
			"number": r.into(&m.Number),
			"broken": r.into(&m.Broken),
		}, "fact", "title", "words")
		m.Name, m.Title = fmt.Sprintf("measure-%d", i+1), title.text()
		w.Measures = append(w.Measures, m)
	}
}

// wordLists are lists of words by language.
func (r *reader) wordLists(n *yamldoc.Node, field string) map[lang.Lang][]string {
	if n.Kind != yamldoc.Map {
		r.errorf(n, field, "expected words by language: {en: [...], zh: [...]}")
		return nil
	}
	out := map[lang.Lang][]string{}
	for _, f := range n.Fields {
		l, ok := language(f.Key)
		if !ok {
			r.errorf(f.Value, join(field, f.Key), "%q is no language; known are en and zh", f.Key)
			continue
		}
		var all []string
		r.into(&all)(f.Value, join(field, f.Key))
		out[l] = all
	}
	return out
}

// measured looks at measures when the facts are known.
func (r *reader) measured(n *yamldoc.Node, field string, w *watch) {
	for i, m := range w.Measures {
		at, item := fmt.Sprintf("%s[%d]", field, i), n
		if n != nil && i < len(n.Items) {
			item = n.Items[i]
		}
		if !slices.ContainsFunc(w.Facts, func(f fact) bool { return f.key == m.Fact }) {
			r.errorf(item.Get("fact"), join(at, "fact"), "there is no fact %q above", m.Fact)
			continue
		}
		if err := m.Check(); err != nil {
			r.errorf(item, at, "%v", err)
		}
	}
}
