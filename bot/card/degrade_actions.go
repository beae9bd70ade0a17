package card

import (
	"strconv"
	"strings"
)

// actions cuts labels, splits long menus and breaks rows. Without buttons, choices become a numbered list and link
// buttons links; what else a button would do is asked for in words there.
func (f *fitter) actions(b Actions) []Block {
	if f.l.Actions.PerMessage == 0 {
		return f.written(b)
	}
	var out []Block
	var row []Action
	used := 0
	flush := func() {
		if len(row) > 0 {
			out = append(out, Actions{row})
		}
		row, used = nil, 0
	}
	per := f.l.Actions.PerMessage
	if n := f.l.Actions.PerRow; n > 0 {
		per = min(per, n)
	}
	for _, a := range f.menus(b.Items) {
		n := actionLen(f.l, &a)
		alone := f.l.Actions.MenuAlone && len(a.Options) > 0
		if len(row) == per || alone || f.l.Total > 0 && used+n > f.l.Total {
			flush()
		}
		row, used = append(row, a), used+n
		if alone {
			flush()
		}
	}
	flush()
	return out
}

// menus cuts what is written on actions and splits menus with too many entries.
func (f *fitter) menus(items []Action) []Action {
	al := f.l.Actions
	var out []Action
	for _, a := range items {
		if a.Search != "" && !al.Search {
			continue
		}
		a.Label, a.Confirm = f.l.Cut(a.Label, al.Label), f.l.Cut(a.Confirm, al.Confirm)
		if len(a.Options) == 0 {
			out = append(out, a)
			continue
		}
		opts := make([]Option, len(a.Options))
		for i, o := range a.Options {
			opts[i] = Option{f.l.Cut(o.Label, al.Option), f.l.Cut(o.Hint, al.Hint), o.Intent}
		}
		for part := 1; len(opts) > 0; part++ {
			n := f.menuSize(opts)
			m := a
			m.Options, opts = opts[:n:n], opts[n:]
			if part > 1 {
				suffix := " " + strconv.Itoa(part)
				m.Label = f.l.Cut(a.Label, max(al.Label-f.l.Len(suffix), 0)) + suffix
			}
			out = append(out, m)
		}
	}
	return out
}

// menuSize returns how many of the options fit into one menu; at least one.
func (f *fitter) menuSize(opts []Option) int {
	most, used := len(opts), 0
	if n := f.l.Actions.Options; n > 0 {
		most = min(most, n)
	}
	for i := range most {
		used += f.l.Len(opts[i].Label) + f.l.Len(opts[i].Hint)
		if i > 0 && f.l.Total > 0 && used > f.l.Total/2 {
			return i
		}
	}
	return most
}

// written is what remains of actions in words.
func (f *fitter) written(b Actions) []Block {
	var out []Block
	if c := Choices(b); len(c) > 0 {
		l := List{Ordered: true}
		for _, o := range c {
			l.Items = append(l.Items, o.spans())
		}
		out = append(out, f.list(l)...)
	}
	var links []Span
	for _, a := range b.Items {
		if a.URL == "" {
			continue
		}
		if len(links) > 0 {
			links = append(links, T(" · "))
		}
		links = append(links, L(a.Label, a.URL))
	}
	return append(out, f.block(Text{links})...)
}

// Choices returns what a reader may choose from in a row of actions, in order: the entries of menus, and the buttons
// that are choices. Surfaces without buttons number them.
func Choices(b Actions) []Option {
	var out []Option
	for _, a := range b.Items {
		switch {
		case len(a.Options) > 0:
			out = append(out, a.Options...)
		case a.Choice && a.URL == "":
			out = append(out, Option{Label: a.Label, Intent: a.Intent})
		}
	}
	return out
}

// spans is an option as a line.
func (o Option) spans() []Span {
	if strings.TrimSpace(o.Hint) == "" {
		return []Span{T(o.Label)}
	}
	return []Span{T(o.Label + " · " + o.Hint)}
}
