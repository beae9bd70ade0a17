package card

import (
	"fmt"
	"math"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Check returns what keeps a message from being rendered within the limits, or nil: adapters' tests and the fuzz
// test of Fit use it. It is written apart from Fit so that one checks the other.
func Check(m Message, l Limits) []error {
	c := &checker{l: l.normal(), lang: m.Lang}
	if m.Lang != lang.English && m.Lang != lang.Chinese {
		c.fail("language %q", m.Lang)
	}
	c.spans("summary", m.Summary, c.l.Summary)
	clean := Safe(m)
	if got, want := fmt.Sprintf("%+q %+q", m.Summary, m.Blocks), fmt.Sprintf("%+q %+q", clean.Summary, clean.Blocks); got != want {
		c.fail("text that is not clean: %s", difference(got, want))
	}
	var u usage
	for i, b := range m.Blocks {
		c.at = fmt.Sprintf("block %d (%T)", i, b)
		c.block(b)
		u = u.plus(c.l, m.Lang, b)
	}
	c.at = "message"
	c.count("blocks", u.blocks, c.l.Blocks)
	c.count("total", u.total, c.l.Total)
	c.count("action rows", u.rows, c.l.Actions.Rows)
	c.exactly("actions", u.actions, c.l.Actions.PerMessage)
	c.exactly("tables", c.tables, c.l.Table.PerMessage)
	c.exactly("charts", c.charts, c.l.Chart.PerMessage)
	c.exactly("images", c.images, c.l.Image.PerMessage)
	return c.errs
}

// difference shows where two texts part.
func difference(got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	from := max(i-40, 0)
	return fmt.Sprintf("…%s… should be …%s…", got[from:min(i+60, len(got))], want[from:min(i+60, len(want))])
}

type checker struct {
	l                      Limits
	lang                   lang.Lang
	at                     string
	tables, charts, images int
	errs                   []error
}

func (c *checker) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s: %s", c.at, fmt.Sprintf(format, args...)))
}

// count checks a limit that zero lifts, exactly one that zero makes strict.
func (c *checker) count(what string, n, limit int) {
	if limit > 0 && n > limit {
		c.fail("%s: %d of at most %d", what, n, limit)
	}
}

func (c *checker) exactly(what string, n, limit int) {
	if n > limit {
		c.fail("%s: %d of at most %d", what, n, limit)
	}
}

func (c *checker) text(what, s string, limit int) { c.count(what, c.l.Len(s), limit) }

func (c *checker) spans(what string, s []Span, limit int) {
	c.count(what, c.l.SpansLen(s), limit)
	for i := range s {
		c.text(what+" url", s[i].URL, c.l.URL)
	}
}

func (c *checker) block(b Block) {
	switch b := b.(type) {
	case Text:
		c.spans("text", b.Spans, c.l.Text)
	case Note:
		c.spans("note", b.Spans, c.l.Note)
	case Fields:
		c.exactly("fields", len(b.Items), c.l.Fields.Items)
		for _, f := range b.Items {
			c.text("label", f.Label, c.l.Fields.Label)
			c.spans("value", f.Value, c.l.Fields.Value)
		}
	case List:
		c.count("items", len(b.Items), c.l.List.Items)
		c.count("list", listLen(c.l, c.lang, b), c.l.List.Total)
		for _, it := range b.Items {
			c.spans("item", it, c.l.List.Item)
		}
	case Table:
		c.table(b)
	case Chart:
		c.chart(b)
	case Progress:
		if !c.l.Progress {
			c.fail("progress")
		}
	case Code:
		c.text("code", b.Text, c.l.Code)
	case Image:
		c.images++
		c.text("alt", b.Alt, c.l.Image.Alt)
		c.text("title", b.Title, c.l.Image.Title)
		c.text("url", b.URL, c.l.URL)
	case Actions:
		c.actions(b)
	}
}

func (c *checker) table(b Table) {
	c.tables++
	c.count("rows", len(b.Rows), c.l.Table.Rows)
	c.count("columns", len(b.Columns), c.l.Table.Columns)
	c.count("table", tableLen(c.l, c.lang, b), c.l.Table.Total)
	c.text("caption", b.Caption, c.l.Table.Caption)
	for _, col := range b.Columns {
		c.text("header", col.Title, c.l.Table.Cell)
	}
	for _, r := range b.Rows {
		c.exactly("cells", len(r), len(b.Columns))
		for _, cell := range r {
			c.spans("cell", cell, c.l.Table.Cell)
		}
	}
}

func (c *checker) chart(b Chart) {
	c.charts++
	c.text("title", b.Title, c.l.Chart.Title)
	most := c.l.Chart.Bars
	if b.Kind == ChartPie {
		most = c.l.Chart.Slices
	}
	c.count("points", len(b.Points), most)
	for _, p := range b.Points {
		c.text("label", p.Label, c.l.Chart.Label)
		if p.Value < 0 || math.IsNaN(p.Value) || b.Kind == ChartPie && p.Value == 0 {
			c.fail("value %v", p.Value)
		}
	}
}

func (c *checker) actions(b Actions) {
	al := c.l.Actions
	c.count("buttons of a row", len(b.Items), al.PerRow)
	for _, a := range b.Items {
		c.text("label", a.Label, al.Label)
		if a.Search != "" && !al.Search {
			c.fail("a menu of suggestions")
		}
		c.text("confirm", a.Confirm, al.Confirm)
		c.text("url", a.URL, c.l.URL)
		c.count("options", len(a.Options), al.Options)
		if al.MenuAlone && len(a.Options) > 0 {
			c.count("actions beside a menu", len(b.Items), 1)
		}
		for _, o := range a.Options {
			c.text("option", o.Label, al.Option)
			c.text("hint", o.Hint, al.Hint)
		}
	}
}
