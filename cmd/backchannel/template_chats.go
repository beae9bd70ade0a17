package main

import (
	"fmt"
	"slices"

	"github.com/backchannel-portal/backchannel/adapters/discord"
	"github.com/backchannel-portal/backchannel/adapters/slack"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// degraded is something that a chat asks otherwise than the template's form has it.
type degraded struct{ template, platform, field, message string }

// chatForms are what the forms of chats can show.
func chatForms() []struct {
	name   string
	limits card.FormLimits
} {
	return []struct {
		name   string
		limits card.FormLimits
	}{{"Slack", slack.FormLimits()}, {"Discord", discord.FormLimits()}}
}

// chats lists what chats ask otherwise of the forms of the templates, for the values of all cases.
func (l *laboratory) chats(trials []tried) []degraded {
	var out []degraded
	for _, t := range trials {
		f, err := t.template.Form.Form(t.values, scaffold.FormOptions{})
		if err != nil {
			continue // its case has failed for it
		}
		for n := range f.Pages {
			for _, chat := range chatForms() {
				for _, d := range degradations(chatForm(f, n), chat.limits) {
					d.template, d.platform = t.path, chat.name
					if !slices.Contains(out, d) {
						out = append(out, d)
					}
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b degraded) int { return compareTexts(a.template, b.template, a.platform, b.platform) })
	return out
}

// chatForm is one page of a form as chats get it: lists whose elements have parts are asked elsewhere.
func chatForm(f *scaffold.Form, page int) card.Form {
	out := commands.TemplateForm("scaffold", f, page, lang.English, nil)
	compound := map[string]bool{}
	for _, q := range f.Pages[page].Fields {
		compound[q.Name] = q.Compound
	}
	for i := range out.Fields {
		q := &out.Fields[i]
		q.Beside = q.Kind == card.FieldList && compound[q.Name]
	}
	return out
}

// degradations are those of one page.
func degradations(f card.Form, l card.FormLimits) []degraded {
	var out []degraded
	add := func(field, format string, args ...any) {
		out = append(out, degraded{field: field, message: fmt.Sprintf(format, args...)})
	}
	asked := 0
	for _, q := range f.Fields {
		if q.Elsewhere() {
			add(q.Name, "%s (%s) is asked on a web page", q.Name, q.Kind)
			continue
		}
		asked++
		if l.Options > 0 && len(q.Options) > l.Options {
			add(q.Name, "%s has %d options, more than %d: it is typed", q.Name, len(q.Options), l.Options)
		}
		if to, ok := l.Instead[q.Kind]; ok && q.Kind != card.FieldRepo { // chats ask for a repository in its parts
			add(q.Name, "%s (%s) is asked as %s", q.Name, q.Kind, to)
		}
		if l.Label > 0 && len([]rune(q.Label)) > l.Label {
			add(q.Name, "the title of %s is cut after %d characters", q.Name, l.Label)
		}
		if l.Help > 0 && len([]rune(q.Help)) > l.Help {
			add(q.Name, "the help of %s is cut after %d characters", q.Name, l.Help)
		}
	}
	if pages := len(card.Pages(f, l, lang.English)); pages > 1 && asked > l.Fields {
		add("", "the page %q is asked in %d parts", f.Title, pages)
	}
	return out
}

// compareTexts compares pairs of texts, the first that differ decide.
func compareTexts(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		switch {
		case pairs[i] < pairs[i+1]:
			return -1
		case pairs[i] > pairs[i+1]:
			return 1
		}
	}
	return 0
}
