package card

import (
	"fmt"
	"math"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Safe returns the message with every text cleaned, every link checked and every table made rectangular, so that
// renderers need not look again. A link whose address is no web address becomes plain text, a button without a
// usable address goes, and a note says so. The original is not changed; parts that need no change are shared.
func Safe(m Message) Message {
	c := &cleaner{}
	return c.message(m)
}

func (c *cleaner) message(m Message) Message {
	out := Message{Lang: m.Lang}
	if out.Lang != lang.Chinese {
		out.Lang = lang.English
	}
	c.lang = out.Lang
	out.Summary = c.line(m.Summary)
	out.Blocks = make([]Block, 0, len(m.Blocks)+1)
	for _, b := range m.Blocks {
		if b = c.block(b); b != nil {
			out.Blocks = append(out.Blocks, b)
		}
	}
	if c.left {
		out.Blocks = append(out.Blocks, Note{Say(c.lang, lang.CardLinkLeft, nil)})
	}
	return out
}

// cleaner remembers whether a link had to be left out.
type cleaner struct {
	lang   lang.Lang
	maxURL int // in bytes of the limits' unit; zero: no limit
	length func(string) int
	left   bool
}

// url returns the address as it may be linked to, or "" and remembers that one was left out.
func (c *cleaner) url(u string) string {
	if u == "" {
		return ""
	}
	if !WebURL(u) {
		u = encodeURL(u)
	}
	if !WebURL(u) || c.maxURL > 0 && c.length(u) > c.maxURL {
		c.left = true
		return ""
	}
	return u
}

// encodeURL percent-encodes what browsers accept in an address but markup does not.
func encodeURL(u string) string {
	var b strings.Builder
	for i := 0; i < len(u); i++ {
		if strings.IndexByte(" \"<>\\^`{|}", u[i]) >= 0 {
			fmt.Fprintf(&b, "%%%02X", u[i])
			continue
		}
		b.WriteByte(u[i])
	}
	return strings.TrimSpace(b.String())
}

// spans cleans spans and drops empty ones. It copies only when something changes.
func (c *cleaner) spans(in []Span) []Span {
	same := true
	for i := range in {
		if !c.fine(&in[i]) {
			same = false
			break
		}
	}
	if same {
		return in
	}
	out := make([]Span, 0, len(in))
	for _, s := range in {
		if s = c.span(s); s.Text != "" {
			out = append(out, s)
		}
	}
	return out
}

func (c *cleaner) fine(s *Span) bool {
	if s.Text == "" || s.Kind > Time || !clean(s.Text, s.Kind == Words) || !fineID(s.Ref) || !fineID(s.User) {
		return false
	}
	switch {
	case s.Kind == Link && s.URL == "":
		return false
	case s.URL == "":
		return true
	case s.Kind != Link && s.Kind != Entity:
		return false
	}
	return WebURL(s.URL) && (c.maxURL == 0 || c.length(s.URL) <= c.maxURL)
}

func (c *cleaner) span(s Span) Span {
	if s.Kind > Time {
		s.Kind = Words
	}
	if s.Kind == Words {
		s.Text = Clean(s.Text)
	} else {
		s.Text = cleanSpan(s.Text)
	}
	if s.Kind != Link && s.Kind != Entity {
		s.URL = ""
	}
	s.URL = c.url(s.URL)
	if s.Kind == Link {
		if s.URL == "" {
			return T(s.Text)
		}
		if strings.TrimSpace(s.Text) == "" {
			s.Text = s.URL
		}
	}
	if !fineID(s.Ref) {
		s.Ref = CleanLine(s.Ref)
	}
	if !fineID(s.User) {
		s.User = ""
	}
	return s
}

// fineID accepts the ids of platforms and references: printable, no spaces, nothing that ends a mention.
func fineID(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == 0x7F || s[i] == '<' || s[i] == '>' || s[i] == '|' {
			return false
		}
	}
	return true
}

// line cleans spans that must stay on one line.
func (c *cleaner) line(in []Span) []Span {
	out := c.spans(in)
	for i := range out {
		if strings.IndexByte(out[i].Text, '\n') >= 0 {
			flat := make([]Span, len(out))
			copy(flat, out)
			for j := range flat {
				flat[j].Text = cleanSpan(flat[j].Text)
			}
			return flat
		}
	}
	return out
}

func (c *cleaner) block(b Block) Block {
	switch b := b.(type) {
	case Text:
		return Text{c.spans(b.Spans)}
	case Note:
		return Note{c.spans(b.Spans)}
	case Fields:
		items := make([]Field, 0, len(b.Items))
		for _, f := range b.Items {
			items = append(items, Field{CleanLine(f.Label), c.spans(f.Value)})
		}
		return Fields{items}
	case List:
		items := make([][]Span, 0, len(b.Items))
		for _, it := range b.Items {
			items = append(items, c.line(it))
		}
		b.Items, b.More, b.MoreURL, b.Start = items, max(b.More, 0), c.url(b.MoreURL), max(b.Start, 0)
		return b
	case Table:
		return c.table(b)
	case Chart:
		return cleanChart(b)
	case Progress:
		return cleanProgress(b)
	case Code:
		return Code{Language: codeLanguage(b.Language), Text: strings.Trim(CleanCode(b.Text), "\n")}
	case Image:
		return c.image(b)
	case Rule:
		return b
	case Actions:
		return c.actions(b)
	default:
		return nil // nil, or a pointer to a block, which the set does not contain
	}
}

func (c *cleaner) table(t Table) Block {
	cols := make([]Column, len(t.Columns))
	for i, col := range t.Columns {
		cols[i] = Column{CleanLine(col.Title), col.Right}
	}
	for _, r := range t.Rows { // a row that is too long gets columns without a title rather than lose cells
		for len(cols) < len(r) {
			cols = append(cols, Column{})
		}
	}
	rows := make([][][]Span, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = make([][]Span, len(cols))
		for j, cell := range r {
			rows[i][j] = c.line(cell)
		}
	}
	return Table{CleanLine(t.Caption), cols, rows, max(t.More, 0), c.url(t.MoreURL)}
}

// cleanChart makes every value a number that can be drawn; an unknown kind is drawn as bars.
func cleanChart(ch Chart) Block {
	points := make([]Point, len(ch.Points))
	whole := len(points) > 0
	for i, p := range ch.Points {
		v := p.Value
		if math.IsNaN(v) || v < 0 {
			v = 0
		}
		v = min(v, 1e15) // where float64 still counts by ones
		whole = whole && v > 0
		points[i] = Point{CleanLine(p.Label), v}
	}
	if ch.Kind != ChartPie || !whole {
		ch.Kind = ChartBar // a slice of nothing cannot be seen, a bar of nothing can
	}
	return Chart{ch.Kind, CleanLine(ch.Title), CleanLine(ch.Unit), points}
}

func cleanProgress(p Progress) Block {
	p.Label = orName(CleanLine(p.Label), "")
	p.Total = max(p.Total, 0)
	p.Done = min(max(p.Done, 0), p.Total)
	switch p.State {
	case StatePending, StateRunning, StateDone, StateFailed:
	default:
		p.State = StateRunning
	}
	return p
}

func (c *cleaner) image(b Image) Block {
	img := Image{c.url(b.URL), CleanLine(b.Alt), CleanLine(b.Title)}
	if img.Alt == "" {
		img.Alt = img.Title
	}
	if img.URL == "" || strings.HasPrefix(strings.ToLower(img.URL), "mailto:") {
		if img.Alt == "" {
			return nil
		}
		return Text{Say(c.lang, lang.CardPicture, lang.Args{"alt": img.Alt})}
	}
	if img.Alt == "" {
		img.Alt = img.URL
	}
	return img
}

func (c *cleaner) actions(b Actions) Block {
	items := make([]Action, 0, len(b.Items))
	for _, a := range b.Items {
		a.Label, a.Confirm = CleanLine(a.Label), CleanLine(a.Confirm)
		switch {
		case a.Search != "":
			a.Options, a.URL = nil, ""
			if a.Intent.Name == "" {
				continue
			}
		case len(a.Options) > 0:
			opts := make([]Option, 0, len(a.Options))
			for _, o := range a.Options {
				opts = append(opts, Option{orName(CleanLine(o.Label), o.Intent.Name), CleanLine(o.Hint), o.Intent})
			}
			a.Options, a.URL = opts, ""
		case a.URL != "":
			if a.URL = c.url(a.URL); a.URL == "" {
				continue
			}
		case a.Intent.Name == "":
			continue // pressing it would mean nothing
		}
		a.Label = orName(a.Label, a.Intent.Name)
		items = append(items, a)
	}
	if len(items) == 0 {
		return nil
	}
	return Actions{items}
}

// orName returns the label, or what stands in for one nobody wrote.
func orName(label, name string) string {
	if label != "" {
		return label
	}
	if name = CleanLine(name); name != "" {
		return name
	}
	return "…"
}

// codeLanguage keeps a hint that can be a highlighter's name.
func codeLanguage(s string) string {
	if len(s) > 32 {
		return ""
	}
	for _, r := range s {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+-#._", r)) {
			return ""
		}
	}
	return s
}
