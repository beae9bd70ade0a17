package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxLooked bounds how many components are looked at for an example.
const maxLooked = 500

// firstQuestion is a question that has an answer here.
type firstQuestion struct {
	label  lang.Key // with the name of the subject
	intent understand.Intent
	of     catalog.Ref
}

// examples are at most n questions, each about the first component that it fits.
func (t *talk) examples(n int) []firstQuestion {
	var out []firstQuestion
	add := func(label lang.Key, intent understand.Intent, fits func(*catalog.Entity) bool) {
		looked := 0
		for e := range t.view.Entities(search.Filter{Kinds: []string{"component"}}) {
			if looked++; looked > maxLooked || len(out) == n {
				return
			}
			if fits(e) {
				out = append(out, firstQuestion{label, intent, e.Ref})
				return
			}
		}
	}
	add(lang.HomeAskOwner, understand.Owner, func(e *catalog.Entity) bool { return !e.Owner.IsZero() })
	add(lang.HomeAskDuty, understand.OnCall, func(e *catalog.Entity) bool {
		shifts, err := t.shifts(e)
		return err == nil && len(shifts) > 0
	})
	add(lang.HomeAskDocs, understand.Docs, func(e *catalog.Entity) bool { return len(t.view.Docs(e.Ref)) > 0 })
	// Where there is no schedule or no documentation, what every catalog can answer.
	add(lang.HomeAskUsers, understand.Dependents, func(e *catalog.Entity) bool { return len(targets(t.view, e.Ref, "dependencyOf")) > 0 })
	add(lang.HomeAskState, understand.Lifecycle, func(e *catalog.Entity) bool { return e.Lifecycle != "" })
	add(lang.HomeAskShow, understand.Show, func(*catalog.Entity) bool { return true })
	return out
}

// The examples of a page: questions about components, and one about a technology.
const pageExamples = 3

// Examples are questions to begin with, in the words of a person, that have an answer in a view; none where it is empty.
// Of several components that a question fits it is about the first, so that the examples stay the same.
func (c *Commands) Examples(ctx context.Context, view search.View, l lang.Lang) []string {
	t := c.talk(ctx, view, Question{Lang: l}, understand.Reading{Intent: understand.Show, Lang: l})
	var out []string
	for _, e := range t.examples(pageExamples) {
		out = append(out, t.text(e.label, lang.Args{"name": t.nameOf(e.of)}))
	}
	if tech := t.commonTech(); tech != "" {
		out = append(out, t.text(lang.ExampleVersion, lang.Args{"tech": tech}))
	}
	return out
}
