package commands

import (
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
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
		if p.Code != catalog.ProblemStale && p.Code != catalog.ProblemOrphaned {
			continue
		}
		code := p.Code
		if code == catalog.ProblemStale && !search.Invalid(t.view, e) { // its file cannot be read, or what leads to it
			code = catalog.ProblemUnreadable
		}
		if t.held[code] == nil {
			if t.held == nil {
				t.held = map[string]map[catalog.Ref]bool{}
			}
			t.held[code] = map[catalog.Ref]bool{}
		}
		t.held[code][e.Ref] = true
	}
}

// keptRemarks says of what the answer rests on that it is not what a file says now, once for all of it.
func (t *talk) keptRemarks() {
	for _, k := range []struct {
		code      string
		one, many lang.Key
	}{{catalog.ProblemStale, lang.CmdStale, lang.KeptStale}, {catalog.ProblemUnreadable, lang.KeptAway, lang.KeptAways}, {catalog.ProblemOrphaned, lang.KeptOrphan, lang.KeptOrphans}} {
		refs := t.held[k.code]
		if len(refs) > 1 {
			t.remark(card.T(t.text(k.many, lang.Args{"n": len(refs)})))
			continue
		}
		for ref := range refs {
			t.remark(card.T(t.text(k.one, lang.Args{"name": ref.Name})))
		}
	}
}

// source notes that the answer rests on something read at a time.
func (t *talk) source(where string, line int, asOf time.Time) {
	if where == "" || len(t.sources) >= maxSources {
		return
	}
	for _, s := range t.sources {
		if s.Where == where && (s.Line == line || line == 0) { // a file whose line is named needs no second mention
			return
		}
	}
	t.sources = append(t.sources, bot.Source{Where: where, Line: line, AsOf: asOf})
}

// note is the context line: the sources, how old the oldest is, and remarks.
func (t *talk) note() []card.Span {
	parts := t.places()
	var oldest time.Time
	for _, s := range t.sources {
		if !s.AsOf.IsZero() && (oldest.IsZero() || s.AsOf.Before(oldest)) {
			oldest = s.AsOf
		}
	}
	if !oldest.IsZero() {
		age := lang.Age(t.l, t.now.Sub(oldest))
		parts = append(parts, []card.Span{card.T(t.text(lang.CmdRead, lang.Args{"age": age}))})
	}
	return dotted(append(parts, t.remarks...)...)
}

// places names the sources one by one; when they are many, each file name once, with how many files have it.
func (t *talk) places() [][]card.Span {
	var parts [][]card.Span
	if len(t.sources) <= maxNoted {
		for _, s := range t.sources {
			parts = append(parts, []card.Span{place(s)})
		}
		return parts
	}
	var names []string
	count := map[string]int{}
	for _, s := range t.sources {
		name := baseName(s.Where)
		if count[name]++; count[name] == 1 {
			names = append(names, name)
		}
	}
	for _, name := range names[:min(len(names), maxNoted)] {
		text := name
		if count[name] > 1 {
			text = t.text(lang.CmdSourceCount, lang.Args{"name": name, "n": count[name]})
		}
		parts = append(parts, []card.Span{card.T(text)})
	}
	if n := len(names) - maxNoted; n > 0 {
		parts = append(parts, []card.Span{card.T(t.text(lang.CmdSourcesMore, lang.Args{"n": n}))})
	}
	return parts
}

// place is a source as the context line shows it: the file's name, not its path, and the line; a link where there is
// something to open.
func place(s bot.Source) card.Span {
	name := baseName(s.Where)
	if s.Line > 0 {
		name += ":" + strconv.Itoa(s.Line)
	}
	if u := webAddress(s.Where); u != "" {
		return card.L(name, u)
	}
	return card.T(name)
}

// baseName is the last part of a path or an address.
func baseName(where string) string {
	name := strings.TrimRight(where, "/")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 && i < len(name)-1 {
		name = name[i+1:]
	}
	return name
}
