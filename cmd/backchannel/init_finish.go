package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
)

// worstShown is how many of the data's problems init names.
const worstShown = 3

// finish answers three questions about the catalog that was configured and names what to mend first. A catalog that
// cannot be read yet ends with how to go on.
func (i *interview) finish() error {
	cfg, err := i.load()
	if err != nil {
		return err
	}
	a, err := i.s.oneShot(cfg, i.s.now.clock())
	if err != nil {
		fmt.Fprintf(i.s.out, "\nThe catalog cannot be read yet: %s\nbackchannel doctor says how to mend that.\n", sentence(err))
		return nil
	}
	defer a.close()
	view := a.view(catalog.Viewer{})
	fmt.Fprintln(i.s.out, "\nWhat people will ask, answered from your catalog:")
	for _, q := range firstQuestions(view) {
		_, m := a.commands.Ask(i.s.ctx, commands.Question{Text: q})
		fmt.Fprintf(i.s.out, "\n> %s\n%s\n", q, strings.TrimSpace(card.Plain(m)))
	}
	report := a.commands.Quality(i.s.ctx, view)
	sheet := report.Sheet()
	fmt.Fprintf(i.s.out, "\nThe data: %s. %d wrong, %d missing.\n", sheet.Verdict, report.Wrong(), len(report.Findings)-report.Wrong())
	for _, c := range sheet.Worst[:min(len(sheet.Worst), worstShown)] {
		fmt.Fprintf(i.s.out, "  %s: %s (%s, %d times)\n", placeOf(c.File, c.Line, c.Field, c.Message), c.Message, c.Code, c.Count)
	}
	fmt.Fprintf(i.s.out, "\nNext: backchannel doctor --config %s, then backchannel serve --config %s.\n", i.path, i.path)
	return nil
}

// firstQuestions are three questions that this catalog can answer, about its best documented parts.
func firstQuestions(view search.View) []string {
	subject, team := "", ""
	best := -1
	for e := range view.Entities(search.Filter{Kinds: []string{"component"}}) {
		owner, owned := view.Entity(e.Owner)
		n := len(view.Relations(e.Ref))
		if owned {
			n += 10
		}
		if n <= best {
			continue
		}
		best, subject = n, e.Name
		if owned {
			team = owner.Name
		}
	}
	if subject == "" {
		for e := range view.Entities(search.Filter{}) {
			subject = cmp.Or(subject, e.Name)
		}
	}
	out := []string{"who owns " + subject, "what depends on " + subject}
	if team == "" {
		return append(out, "show "+subject)
	}
	return append(out, "what does "+team+" own")
}
