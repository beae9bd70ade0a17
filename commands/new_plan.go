package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// What a plan shows at once.
const (
	treeLines    = 24
	treeWidth    = 36 // of names, before their sizes
	maxEffects   = 15
	maxPlanSteps = 20
)

// review plans what was described, and shows it with what to do about it.
func (m *making) review() bot.Reply {
	note := card.Message{Lang: m.l, Blocks: []card.Block{card.Text{Spans: m.say(lang.NewPlanning, lang.Args{"what": m.named(m.template)})}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		if err := m.shown(ctx, 0); err != nil {
			return nil, err
		}
		a, msg := m.finish()
		return bot.Whisper{Answer: a, Message: msg}, nil
	}}
}

// handlePlan shows a plan again, with files further on in its menu.
func (c *Commands) handlePlan(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	m, err := c.making(ctx, ev, argument(in, 0))
	if err != nil {
		return nil, err
	}
	from, _ := strconv.Atoi(argument(in, 1)) // 0 where it is none
	return m.work(func(ctx context.Context) (bot.Reply, error) {
		if err := m.shown(ctx, max(from, 0)); err != nil {
			return nil, err
		}
		a, msg := m.finish()
		return bot.Update{Answer: a, Message: msg}, nil
	}), nil
}

// work does what may need a plan to be made anew.
func (m *making) work(run func(context.Context) (bot.Reply, error)) bot.Reply {
	note := card.Message{Lang: m.l, Blocks: []card.Block{card.Text{Spans: m.say(lang.NewPlanning, lang.Args{"what": m.named(m.template)})}}}
	return bot.Work{Note: note, Run: run}
}

// shown adds the plan to the message, or what keeps it from being made.
func (m *making) shown(ctx context.Context, from int) error {
	m.outcome = bot.Answered
	m.entities = nil
	plan, f, problems, err := m.plan(ctx)
	switch {
	case len(problems) > 0:
		m.unfinished(f, problems)
	case fault.KindOf(err) == fault.Internal && err != nil:
		return err
	case err != nil:
		m.line(lang.NewPlanFailed, lang.Args{"what": m.named(m.template), "text": m.because(err)})
		m.actions = []card.Action{m.act(lang.NewChange, intentChange, card.Primary), m.act(lang.NewCancel, intentDrop, card.Default)}
	default:
		v := m.judge(ctx, f, 0, len(f.Pages), customPlan)
		if len(v.problems) > 0 {
			m.refused(f, v)
			return nil
		}
		m.planned(plan, f, v, from)
	}
	return nil
}

// wrongValue is something that is to be mended before a plan can be made.
type wrongValue struct{ field, text string }

// unfinished says what is missing or wrong before a plan can be made.
func (m *making) unfinished(f *scaffold.Form, problems []scaffold.FormProblem) {
	all := make([]wrongValue, len(problems))
	for i, p := range problems {
		all[i] = wrongValue{p.Field, p.Text(m.l)}
	}
	m.toMend(f, all)
}

// toMend lists what is to be mended, and offers to.
func (m *making) toMend(f *scaffold.Form, all []wrongValue) {
	m.outcome = bot.NotFound
	m.line(lang.NewUnfinished, lang.Args{"what": m.named(m.template)})
	labels := labelsOf(f)
	var list card.List
	for _, p := range all[:min(len(all), maxEffects)] {
		item := []card.Span{card.T(p.text)}
		if l := labels[p.field]; l != "" {
			item = append([]card.Span{card.S(l), card.T(": ")}, item...)
		}
		list.Items = append(list.Items, item)
	}
	m.add(list)
	m.actions = []card.Action{m.act(lang.NewChange, intentChange, card.Primary), m.act(lang.NewCancel, intentDrop, card.Default)}
}

// labelsOf are the fields of a form as people know them, by their names.
func labelsOf(f *scaffold.Form) map[string]string {
	out := map[string]string{}
	for _, p := range f.Pages {
		labelled(out, "", p.Fields)
	}
	return out
}

// labelled adds fields that are within something, and those of their elements.
func labelled(out map[string]string, within string, fields []scaffold.FormField) {
	for _, q := range fields {
		out[q.Name] = within + orText(q.Title, q.Name)
		if q.Title == "" && within != "" { // an element that is no object
			out[q.Name] = strings.TrimSuffix(within, ", ")
		}
		if q.Rows == nil {
			continue
		}
		for n, row := range q.Rows.Fields {
			labelled(out, out[q.Name]+" "+lang.Number(n+1)+", ", row)
		}
	}
}

// act is a button about what is described. Anybody may see it; whose it is is asked when it is pressed.
func (m *making) act(label lang.Key, intent string, style card.Style, args ...string) card.Action {
	return card.Action{
		Label: m.text(label, nil), Style: style, Anyone: true, Choice: true,
		Intent: card.Intent{Name: intent, Args: append([]string{m.draft.ID}, args...)},
	}
}

// planned shows a plan: what it makes, what changes outside, its steps and files, and what to do about it.
func (m *making) planned(plan *RunPlan, f *scaffold.Form, v verdict, from int) {
	title := titleOf(f, m.template.DisplayName())
	m.q.Full = true // what is left out is counted where it is
	args := lang.Args{"title": card.S(title), "what": m.named(m.template), "n": len(plan.Files), "size": sizeText(plan.Size)}
	m.line(lang.NewPlan, args)
	m.effects(plan.Effects, len(plan.Files))
	m.reviewed(f)
	if steps := m.steps(plan.Steps); len(steps.Items) > 0 {
		m.add(card.Text{Spans: m.say(lang.NewPlanSteps, lang.Args{"n": len(plan.Steps)})}, steps)
	}
	if len(plan.Files) > 0 {
		m.add(card.Text{Spans: m.say(lang.NewPlanFiles, args)}, card.Code{Text: m.tree(plan.Files)})
	}
	for _, w := range plan.Warnings[:min(len(plan.Warnings), 3)] {
		m.add(card.Note{Spans: m.say(lang.NewWarning, lang.Args{"text": clipTo(oneLine(w), maxDetail)})})
	}
	if len(v.silent) > 0 {
		m.unchecked(f, v, lang.FieldLater)
	}
	label := lang.NewGo
	if a := m.c.approval(m.template); m.needs(a) {
		label = lang.NewAskApproval
		m.line(lang.NewNeedsApproval, lang.Args{"who": m.refs(a.By, maxInline)})
	}
	m.actions = append(m.actions, m.act(label, intentGo, card.Primary, m.mark()), m.act(lang.NewChange, intentChange, card.Default), m.act(lang.NewCancel, intentDrop, card.Default))
	if menu, ok := m.fileMenu(plan.Files, from); ok {
		m.actions = append(m.actions, menu)
	}
}

// titleOf is what a run is called: what it makes.
func titleOf(f *scaffold.Form, template string) string {
	if name := nameIn(f.Values); name != "" {
		return clip(name)
	}
	return template
}

// effects lists what changes outside, in plain words, above so many files.
func (t *talk) effects(all []scaffold.Effect, files int) {
	if len(all) == 0 {
		t.line(lang.NewNoEffects, lang.Args{"n": files})
		return
	}
	list := card.List{More: max(0, len(all)-maxEffects)}
	for _, e := range all[:min(len(all), maxEffects)] {
		list.Items = append(list.Items, []card.Span{card.T(clipTo(oneLine(e.Text(t.l)), maxDetail))})
	}
	t.add(list)
}

func (t *talk) steps(all []PlanStep) card.List {
	list := card.List{Ordered: true, More: max(0, len(all)-maxPlanSteps)}
	for _, s := range all[:min(len(all), maxPlanSteps)] {
		item := []card.Span{card.T(orText(s.Name, s.ID))}
		if s.Action != s.Name {
			item = append(item, card.T(" · "), card.M(s.Action))
		}
		if s.Skipped {
			item = append(item, card.T(" · "+t.text(lang.NewSkipped, nil)))
		}
		list.Items = append(list.Items, item)
	}
	return list
}

// tree is the files of a plan with their sizes, folder by folder; what is too much is counted.
func (t *talk) tree(files []PlanFile) string {
	type line struct{ name, size string }
	var lines []line
	var in []string
	width, left := 0, 0
	for i, f := range files {
		parts := strings.Split(f.Path, "/")
		dirs := parts[:len(parts)-1]
		same := 0
		for same < len(dirs) && same < len(in) && dirs[same] == in[same] {
			same++
		}
		if len(lines)+len(dirs)-same+1 > treeLines {
			left = len(files) - i
			break
		}
		for k := same; k < len(dirs); k++ {
			lines = append(lines, line{name: strings.Repeat("  ", k) + dirs[k] + "/"})
		}
		in = dirs
		name := strings.Repeat("  ", len(dirs)) + parts[len(parts)-1]
		if f.Executable {
			name += "*"
		}
		lines = append(lines, line{name, sizeText(f.Size)})
		width = max(width, min(utf8.RuneCountInString(name), treeWidth))
	}
	var b strings.Builder
	for _, l := range lines {
		if l.size == "" {
			b.WriteString(l.name + "\n")
			continue
		}
		fmt.Fprintf(&b, "%-*s %9s\n", width, l.name, l.size)
	}
	if left > 0 {
		b.WriteString(t.text(lang.NewMoreFiles, lang.Args{"n": left}) + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// sizeText is a number of bytes as people read it.
func sizeText(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1_000_000:
		return strconv.FormatFloat(float64(n)/1000, 'f', 1, 64) + " kB"
	}
	return strconv.FormatFloat(float64(n)/1_000_000, 'f', 1, 64) + " MB"
}
