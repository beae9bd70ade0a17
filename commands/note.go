package commands

import (
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxNoted is how many sources the context line names; the rest is a number.
const maxNoted = 3

// maxSources bounds the sources of one answer.
const maxSources = 200

// from notes that the answer rests on an entity's descriptor.
func (t *talk) from(e *catalog.Entity) {
	t.source(e.Source.Location, e.Source.Line, t.view.AsOf(e.Source.Origin))
	for _, p := range e.Problems {
		if p.Code == catalog.ProblemStale {
			t.remark(card.T(t.text(lang.CmdStale, nil)))
			return
		}
	}
}

// source notes that the answer rests on something read at a time.
func (t *talk) source(where string, line int, asOf time.Time) {
	if where == "" || len(t.sources) >= maxSources {
		return
	}
	for _, s := range t.sources {
		if s.Where == where && s.Line == line {
			return
		}
	}
	t.sources = append(t.sources, bot.Source{Where: where, Line: line, AsOf: asOf})
}

// sourceText is source for a place written as "file:line".
func (t *talk) sourceText(place string, asOf time.Time) {
	if i := strings.LastIndexByte(place, ':'); i > 0 {
		if line, err := strconv.Atoi(place[i+1:]); err == nil {
			t.source(place[:i], line, asOf)
			return
		}
	}
	t.source(place, 0, asOf)
}

// note is the context line: the first sources, how old the oldest is, and remarks.
func (t *talk) note() []card.Span {
	var spans []card.Span
	add := func(s ...card.Span) {
		if spans != nil {
			spans = append(spans, card.T(" · "))
		}
		spans = append(spans, s...)
	}
	var oldest time.Time
	for i, s := range t.sources {
		if !s.AsOf.IsZero() && (oldest.IsZero() || s.AsOf.Before(oldest)) {
			oldest = s.AsOf
		}
		if i < maxNoted {
			add(place(s))
		}
	}
	if n := len(t.sources) - maxNoted; n > 0 {
		spans = append(spans, card.T(" "+t.text(lang.CmdSourcesMore, lang.Args{"n": n})))
	}
	if !oldest.IsZero() {
		add(card.T(t.text(lang.CmdRead, lang.Args{"age": lang.Age(t.l, t.now.Sub(oldest))})))
	}
	for _, r := range t.remarks {
		add(r...)
	}
	return spans
}

// place is a source as the context line shows it: the file's name, not its path, and the line; a link where there is
// something to open.
func place(s bot.Source) card.Span {
	name := strings.TrimRight(s.Where, "/")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 && i < len(name)-1 {
		name = name[i+1:]
	}
	if s.Line > 0 {
		name += ":" + strconv.Itoa(s.Line)
	}
	if u := webAddress(s.Where); u != "" {
		return card.L(name, u)
	}
	return card.T(name)
}
