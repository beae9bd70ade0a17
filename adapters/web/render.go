package web

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Limits are what a page can show: everything but pictures, which would come from elsewhere.
func Limits() card.Limits {
	return card.Limits{
		Progress: true,
		Fields:   card.FieldLimits{Items: card.Many},
		List:     card.ListLimits{Items: 50},
		Table:    card.TableLimits{PerMessage: card.Many, Rows: 200},
		Chart:    card.ChartLimits{PerMessage: card.Many, Bars: 30, Slices: 8, Label: 32},
		Actions:  card.ActionLimits{PerMessage: card.Many},
	}
}

// Render writes a message as HTML. token makes what a button posts; a button for which it returns "" is left out, and
// nil leaves all out. base is the address of this web view, whose links become relative.
func Render(m card.Message, base string, token func(card.Action, card.Intent) string) template.HTML {
	r := &renderer{base: strings.TrimSuffix(base, "/"), token: token}
	for _, part := range card.Fit(m, Limits()) {
		r.lang = part.Lang
		if len(part.Blocks) == 0 && len(part.Summary) > 0 {
			part.Blocks = []card.Block{card.Text{Spans: part.Summary}}
		}
		for _, b := range part.Blocks {
			r.block(b)
		}
	}
	return template.HTML(r.String())
}

type renderer struct {
	markup
	base  string
	lang  lang.Lang
	first bool // a headline was written
	token func(card.Action, card.Intent) string
}

// href makes addresses of this web view relative, so that they work under whichever name it was reached.
func (r *renderer) href(u string) string {
	if rest, ok := strings.CutPrefix(u, r.base); ok && r.base != "" && strings.HasPrefix(rest, "/") {
		return rest
	}
	return u
}

func (r *renderer) spans(spans []card.Span) {
	for _, s := range spans {
		r.span(s)
	}
}

func (r *renderer) span(s card.Span) {
	switch s.Kind {
	case card.Strong:
		r.put("<strong>?</strong>", s.Text)
	case card.Mono:
		r.put("<code>?</code>", s.Text)
	case card.Link:
		r.link(s.Text, s.URL, "")
	case card.Entity:
		if s.URL == "" {
			r.put("<strong>?</strong>", s.Text)
			return
		}
		r.link(s.Text, s.URL, "entity")
	case card.Person:
		if u := entityPath(s.Ref); u != "" {
			r.link(s.Text, u, "entity")
			return
		}
		r.put("<strong>?</strong>", s.Text)
	case card.Time:
		r.put(`<time datetime="?">?</time>`, s.At.UTC().Format(time.RFC3339), s.Text)
	default:
		r.WriteString(strings.ReplaceAll(esc(s.Text), "\n", "<br>"))
	}
}

func (r *renderer) link(text, u, class string) {
	href := r.href(u)
	r.put(`<a href="?"`, href)
	if class != "" {
		r.put(` class="?"`, class)
	}
	if !strings.HasPrefix(href, "/") {
		r.put(` rel="noreferrer"`)
	}
	r.put(">?</a>", text)
}

// entityPath is the page of a full reference, or "".
func entityPath(ref string) string {
	p, err := catalog.ParseRef(ref, "", "")
	if err != nil {
		return ""
	}
	return refPath("/catalog", p)
}

func (r *renderer) block(b card.Block) {
	switch b := b.(type) {
	case card.Text:
		class := ""
		if !r.first {
			class = ` class="fact"`
			r.first = true
		}
		r.put("<p" + class + ">")
		r.spans(b.Spans)
		r.put("</p>\n")
	case card.Note:
		r.put(`<p class="note">`)
		r.spans(b.Spans)
		r.put("</p>\n")
	case card.Fields:
		r.fields(b)
	case card.List:
		r.list(b)
	case card.Table:
		r.table(b)
	case card.Chart:
		r.chart(b)
	case card.Progress:
		r.progress(b)
	case card.Code:
		r.put("<pre tabindex=\"0\"><code>?</code></pre>\n", b.Text)
	case card.Rule:
		r.put("<hr>\n")
	case card.Actions:
		r.actions(b)
	}
}

func (r *renderer) fields(b card.Fields) {
	r.put(`<dl class="fields">` + "\n")
	for _, f := range b.Items {
		r.put("<div><dt>?</dt><dd>", f.Label)
		r.spans(f.Value)
		r.put("</dd></div>\n")
	}
	r.put("</dl>\n")
}

func (r *renderer) list(b card.List) {
	tag := "ul"
	if b.Ordered {
		tag = "ol"
	}
	r.put("<" + tag)
	if b.Ordered && b.Start > 1 {
		r.put(` start="?"`, strconv.Itoa(b.Start))
	}
	r.put(">\n")
	for _, it := range b.Items {
		r.put("<li>")
		r.spans(it)
		r.put("</li>\n")
	}
	r.put("</" + tag + ">\n")
	r.more(b.More, b.MoreURL)
}

func (r *renderer) more(n int, url string) {
	if n == 0 {
		return
	}
	r.put(`<p class="more">`)
	r.spans(card.MoreText(r.lang, n, url))
	r.put("</p>\n")
}

// table scrolls inside itself, so that a wide one never widens the page.
func (r *renderer) table(b card.Table) {
	r.put(`<div class="scroll" tabindex="0" role="group"`)
	if b.Caption != "" {
		r.put(` aria-label="?"`, b.Caption)
	}
	r.put("><table>\n")
	if b.Caption != "" {
		r.put("<caption>?</caption>\n", b.Caption)
	}
	titled := false
	for _, c := range b.Columns {
		titled = titled || c.Title != ""
	}
	if titled {
		r.put("<thead><tr>")
		for _, c := range b.Columns {
			r.put(`<th scope="col"`+right(c)+">?</th>", c.Title)
		}
		r.put("</tr></thead>\n")
	}
	r.put("<tbody>\n")
	for _, row := range b.Rows {
		r.put("<tr>")
		for j, cell := range row {
			r.put("<td" + right(b.Columns[j]) + ">")
			r.spans(cell)
			r.put("</td>")
		}
		r.put("</tr>\n")
	}
	r.put("</tbody></table></div>\n")
	r.more(b.More, b.MoreURL)
}

func right(c card.Column) string {
	if c.Right {
		return ` class="right"`
	}
	return ""
}

func (r *renderer) progress(b card.Progress) {
	r.put(`<div class="progress ?"><p>`, string(b.State))
	r.spans(card.ProgressText(r.lang, b))
	r.put(`</p><progress max="?" value="?" aria-label="?"></progress></div>`+"\n", strconv.Itoa(max(b.Total, 1)), strconv.Itoa(b.Done), b.Label)
}
