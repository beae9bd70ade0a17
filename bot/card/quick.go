package card

import (
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Most answers are short and plain, and Fit changes nothing about them. quick finds these out in one pass over their
// bytes, without measuring: a byte is taken to cost what the costliest character does. It may say no to a message
// that fits; a test holds it to what Fit would do.
type quick struct {
	l             *Limits // normal
	worst         int     // cost of the costliest character
	total         int
	rows, actions int
}

// unchanged reports that Fit would return the message as it is but for its summary. The limits must be normal.
func unchanged(m *Message, l *Limits) bool {
	q := quick{l: l, worst: 1}
	for _, n := range l.Escapes {
		q.worst = max(q.worst, n)
	}
	if m.Lang != lang.English && m.Lang != lang.Chinese || l.Blocks > 0 && len(m.Blocks) > l.Blocks {
		return false
	}
	headline := m.Headline()
	if len(headline) == 0 || len(m.Summary) > 0 && !q.spans(m.Summary, l.Summary) {
		return false
	}
	q.total = 0 // the summary does not count
	for _, b := range m.Blocks {
		if !q.block(b) {
			return false
		}
	}
	if l.Summary > 0 && len(m.Summary) == 0 && q.cost(headline) > l.Summary {
		return false
	}
	return within(q.total, l.Total) && within(q.rows, l.Actions.Rows) && q.actions <= l.Actions.PerMessage
}

// within reports whether n keeps a limit that zero lifts.
func within(n, limit int) bool { return limit == 0 || n <= limit }

func (q *quick) block(b Block) bool {
	switch b := b.(type) {
	case Text:
		return len(b.Spans) > 0 && q.spans(b.Spans, q.l.Text)
	case Note:
		return len(b.Spans) > 0 && q.spans(b.Spans, q.l.Note)
	case Fields:
		return q.fields(b.Items)
	case List:
		return q.list(&b)
	case Actions:
		return q.buttons(b.Items)
	default:
		return false
	}
}

func (q *quick) fields(items []Field) bool {
	if len(items) == 0 || len(items) > q.l.Fields.Items {
		return false
	}
	from := q.total
	for i := range items {
		if !q.text(items[i].Label, q.l.Fields.Label) || !q.spans(items[i].Value, q.l.Fields.Value) {
			return false
		}
	}
	return within(q.total-from, q.l.Total/2)
}

func (q *quick) list(b *List) bool {
	if len(b.Items) == 0 || !within(len(b.Items), q.l.List.Items) || b.More != 0 || b.MoreURL != "" || b.Start < 0 {
		return false
	}
	from := q.total
	for _, it := range b.Items {
		if !q.spans(it, q.l.List.Item) {
			return false
		}
	}
	return within(q.total-from, q.l.List.Total)
}

// buttons takes a row without menus.
func (q *quick) buttons(items []Action) bool {
	if len(items) == 0 || !within(len(items), q.l.Actions.PerRow) {
		return false
	}
	q.rows++
	q.actions += len(items)
	for i := range items {
		a := &items[i]
		if len(a.Options) > 0 || a.Search != "" || a.URL == "" && a.Intent.Name == "" || a.URL != "" && !q.url(a.URL) ||
			!q.text(a.Label, q.l.Actions.Label) || a.Confirm != "" && !q.text(a.Confirm, q.l.Actions.Confirm) {
			return false
		}
	}
	return true
}

// text takes a trimmed line.
func (q *quick) text(s string, limit int) bool {
	if s == "" || strings.TrimSpace(s) != s || !clean(s, false) {
		return false
	}
	n := len(s) * q.worst
	q.total += n
	return within(n, limit)
}

// spans takes clean lines without mentions.
func (q *quick) spans(spans []Span, limit int) bool {
	for i := range spans {
		s := &spans[i]
		if s.Text == "" || s.Kind > Time || s.User != "" || s.URL != "" && s.Kind != Link && s.Kind != Entity ||
			s.Kind == Link && s.URL == "" || s.URL != "" && !q.url(s.URL) || !fineID(s.Ref) || !clean(s.Text, false) {
			return false
		}
	}
	n := q.cost(spans)
	q.total += n
	return within(n, limit)
}

// cost is an upper bound of SpansLen.
func (q *quick) cost(spans []Span) int {
	n := 0
	for i := range spans {
		n += len(spans[i].Text)
		if q.l.URLs {
			n += len(spans[i].URL)
		}
	}
	n *= q.worst
	if len(q.l.Marks) > 0 {
		for i := range spans {
			n += q.l.Marks[spans[i].Kind]
		}
	}
	return n
}

func (q *quick) url(u string) bool { return within(len(u)*q.worst, q.l.URL) && simpleURL(u) }

// simpleURL reports whether an address is a web address at first sight: a plain host, perhaps a port, and nothing
// that needs encoding.
func simpleURL(u string) bool {
	rest, ok := strings.CutPrefix(u, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(u, "http://"); !ok {
			return false
		}
	}
	host := 0
	for host < len(rest) && (alnum(rest[host]) || rest[host] == '.' || rest[host] == '-') {
		host++
	}
	if host == 0 || len(u) > 1000 {
		return false
	}
	i := host
	if i < len(rest) && rest[i] == ':' {
		for i++; i < len(rest) && '0' <= rest[i] && rest[i] <= '9'; i++ {
		}
		if n := i - host; n < 2 || n > 6 {
			return false
		}
	}
	if i < len(rest) && strings.IndexByte("/?#", rest[i]) < 0 {
		return false
	}
	for ; i < len(rest); i++ {
		if c := rest[i]; !alnum(c) && strings.IndexByte(".-_~/:?=&+,#@", c) < 0 {
			return false
		}
	}
	return true
}

func alnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
