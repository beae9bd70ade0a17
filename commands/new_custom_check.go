package commands

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// The bounds of asking plugins what they think of values.
const (
	customCheck   = 2 * time.Second // all fields of a page that is handed in: a platform waits for the answer
	customPlan    = 3 * time.Second // all fields of a form, where people see that something is being done
	customAtOnce  = 4               // fields that are checked at a time
	maxCustomText = 200             // characters of an option or a problem
)

// verdict is what plugins say of the values of a form, by the names of its fields.
type verdict struct {
	problems map[string]string // what is wrong
	silent   map[string]string // the title of the plugin that could not say whether anything is
}

// judge asks the plugins whose fields are on some pages of a form, all at once, and waits no longer than patience: one
// that hangs keeps no other from its say.
func (m *making) judge(ctx context.Context, f *scaffold.Form, from, until int, patience time.Duration) verdict {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := verdict{map[string]string{}, map[string]string{}}
	var mu sync.Mutex
	var all sync.WaitGroup
	room := make(chan struct{}, customAtOnce)
	for i := from; i < min(until, len(f.Pages)); i++ {
		for q := range f.Pages[i].All() {
			own, ok := m.c.custom(q)
			if !ok || own.Check == nil || q.Fixed || len(fieldValues(q)) == 0 {
				continue
			}
			all.Go(func() {
				room <- struct{}{}
				defer func() { <-room }()
				problem, err := m.checkField(ctx, f, q, own, patience)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					out.silent[q.Name] = own.title
				} else if problem != "" {
					out.problems[q.Name] = problem
				}
			})
		}
	}
	all.Wait()
	return out
}

// checkField is what a plugin finds wrong with the first of a field's values that is; "" for nothing.
func (m *making) checkField(ctx context.Context, f *scaffold.Form, q *scaffold.FormField, own customField, patience time.Duration) (string, error) {
	for _, typed := range fieldValues(q) {
		query := m.customQuery(f, q, typed)
		problem, err := plugins.Call(ctx, m.c.deps.Views.Gates, own.plugin, "check "+own.Name, patience, func(ctx context.Context) (string, error) {
			return own.Check(ctx, query)
		})
		if problem = clipTo(card.CleanLine(problem), maxCustomText); err != nil || problem != "" {
			return problem, err
		}
	}
	return "", nil
}

// unfit is what is to be mended on a page that is handed in, as plugins see it. What could not be checked is said once for
// each value, so that whoever answers can try again; then they may go on, since all is checked again before it is used.
func (m *making) unfit(ctx context.Context, f *scaffold.Form, page int) (map[string]string, error) {
	v := m.judge(ctx, f, page, page+1, customCheck)
	out := v.problems
	told := false
	for q := range f.Pages[page].All() {
		value := short(fieldValues(q)...)
		if plugin, silent := v.silent[q.Name]; silent && m.of.Unchecked[q.Name] != value {
			if m.of.Unchecked == nil {
				m.of.Unchecked = map[string]string{}
			}
			m.of.Unchecked[q.Name], told = value, true
			out[q.Name] = m.text(lang.FieldUnchecked, lang.Args{"plugin": plugin})
		}
	}
	if !told {
		return out, nil
	}
	return out, m.save(ctx)
}

// refused says what plugins find wrong with what was filled in, before a plan of it can be used.
func (m *making) refused(f *scaffold.Form, v verdict) {
	var all []wrongValue
	for _, name := range slices.Sorted(maps.Keys(v.problems)) {
		all = append(all, wrongValue{name, v.problems[name]})
	}
	m.toMend(f, all)
}

// unchecked says which values could not be checked, and what follows from that.
func (m *making) unchecked(f *scaffold.Form, v verdict, says lang.Key) {
	labels := labelsOf(f)
	var fields, titles []string
	for _, name := range slices.Sorted(maps.Keys(v.silent)) {
		fields = append(fields, orText(labels[name], name))
		titles = append(titles, v.silent[name])
	}
	slices.Sort(titles)
	between := m.text(lang.FieldBetween, nil)
	m.line(says, lang.Args{"fields": card.S(clipTo(strings.Join(fields, between), maxDetail)), "plugin": clipTo(strings.Join(slices.Compact(titles), between), maxDetail)})
}

// unable is the answer when a plan cannot be carried out, because of values that plugins refuse or cannot check: nothing
// is begun, and what was described stays as it is. It is nil when nothing is in the way.
func (m *making) unable(ctx context.Context, f *scaffold.Form) bot.Reply {
	v := m.judge(ctx, f, 0, len(f.Pages), customPlan)
	switch {
	case len(v.problems) > 0:
		m.refused(f, v)
	case len(v.silent) > 0:
		m.outcome = bot.Refused
		m.unchecked(f, v, lang.FieldNotBegun)
		m.actions = []card.Action{
			m.act(lang.FieldAgain, intentGo, card.Primary, m.mark()), m.act(lang.NewChange, intentChange, card.Default), m.act(lang.NewCancel, intentDrop, card.Default),
		}
	default:
		return nil
	}
	a, msg := m.finish()
	return bot.Update{Answer: a, Message: msg}
}
