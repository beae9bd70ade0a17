// Package card is the neutral form of everything Backchannel says and asks: messages of blocks of typed spans, forms
// of fields, and the intents that buttons carry. It is pure data. Platforms render it; Fit settles their limits
// before, so that renderers are total and pure. Spans carry meaning, never markup: what comes from the catalog can
// inject neither a mention nor a link.
package card

import (
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Message is one message. Blocks are shown in order; a block's kind is its Go type, from a closed set.
type Message struct {
	Lang    lang.Lang // of the sentences in it; screen readers and date formats follow it
	Summary []Span    // the fact, alone readable; the notification text. Empty: the first Text block's spans
	Blocks  []Block
	Kept    *Kept `json:"-"` // nil: the message is given once. It says nothing itself
}

// Headline returns the fact of the message: its Summary, or the first Text block's spans where it has none.
func (m Message) Headline() []Span {
	if len(m.Summary) > 0 {
		return m.Summary
	}
	for _, b := range m.Blocks {
		if t, ok := b.(Text); ok {
			return t.Spans
		}
	}
	return nil
}

// Block is one of Text, Fields, List, Table, Chart, Progress, Code, Image, Rule, Actions, Note.
type Block interface{ block() }

// Text is a paragraph. The first Text of a message is its headline fact.
type Text struct{ Spans []Span }

// Fields are short label and value pairs, shown side by side where there is room.
type Fields struct{ Items []Field }

// Field is a label with its value.
type Field struct {
	Label string
	Value []Span
}

// List is a bulleted or numbered list. More counts the items left out; the message says so, with MoreURL as link.
type List struct {
	Ordered bool
	Start   int // number of the first item of an ordered list that continues another; zero: 1
	Items   [][]Span
	More    int
	MoreURL string
}

// Table is a table with a header row. Every row has as many cells as there are columns.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][][]Span
	More    int // rows left out
	MoreURL string
}

// Column is a column's header and alignment.
type Column struct {
	Title string
	Right bool // numbers are aligned to the right
}

// ChartKind is how a chart draws its points.
type ChartKind string

// The kinds of charts.
const (
	ChartBar ChartKind = "bar"
	ChartPie ChartKind = "pie"
)

// Chart shows one series. Where a platform draws no chart it becomes a picture or a table.
type Chart struct {
	Kind   ChartKind
	Title  string
	Unit   string // what the values count, for example "services"
	Points []Point
}

// Point is one labelled value, not negative.
type Point struct {
	Label string
	Value float64
}

// State is the state of a piece of work.
type State string

// The states of work.
const (
	StatePending State = "pending"
	StateRunning State = "running"
	StateDone    State = "done"
	StateFailed  State = "failed"
)

// Progress is a piece of work with its steps done so far.
type Progress struct {
	Label string
	Done  int
	Total int
	State State
}

// Code is preformatted text. Language is a hint for highlighting, may be empty.
type Code struct{ Language, Text string }

// Image is a picture. Alt says what it shows and is required.
type Image struct{ URL, Alt, Title string }

// Rule separates blocks.
type Rule struct{}

// Actions is a row of buttons and menus.
type Actions struct{ Items []Action }

// Note is the small grey line: where it stands and how old it is.
type Note struct{ Spans []Span }

func (Text) block()     {}
func (Fields) block()   {}
func (List) block()     {}
func (Table) block()    {}
func (Chart) block()    {}
func (Progress) block() {}
func (Code) block()     {}
func (Image) block()    {}
func (Rule) block()     {}
func (Actions) block()  {}
func (Note) block()     {}

// SpanKind is what a span means.
type SpanKind uint8

// The kinds of spans.
const (
	Words  SpanKind = iota // nothing special
	Strong                 // the names that matter in the sentence
	Mono                   // a reference, a version, anything to copy
	Link                   // Text leads to URL
	Person                 // a person; a mention only where User is the platform's own id and the message opts in
	Entity                 // a catalog entity; URL is its page where there is one
	Time                   // the moment At; Text is how it reads where a platform has no local times
)

// Span is a run of text with one meaning.
type Span struct {
	Kind SpanKind
	Text string    // always what a plain reader would see
	URL  string    // Link, Entity: http, https or mailto; anything else is dropped by renderers
	Ref  string    // Entity: kind:namespace/name; Person: the User's reference
	User string    // Person: the platform's user id; set only where a mention is meant
	At   time.Time // Time
}

// T returns a plain span.
func T(text string) Span { return Span{Text: text} }

// S returns a strong span.
func S(text string) Span { return Span{Kind: Strong, Text: text} }

// M returns a span of code.
func M(text string) Span { return Span{Kind: Mono, Text: text} }

// L returns a link.
func L(text, url string) Span { return Span{Kind: Link, Text: text, URL: url} }

// Say renders a message of the catalogue into spans. Arguments may be Span, []Span, string or int; the values stay
// data, so a name from the catalog can never become markup.
func Say(l lang.Lang, key lang.Key, args lang.Args) []Span {
	var out []Span
	for _, seg := range lang.Builtin().Segments(l, key, args) {
		if seg.Arg == "" {
			out = append(out, T(seg.Text))
			continue
		}
		switch v := args[seg.Arg].(type) {
		case Span:
			out = append(out, v)
		case []Span:
			out = append(out, v...)
		case string:
			out = append(out, T(v))
		case int:
			out = append(out, T(lang.Number(v)))
		}
	}
	return out
}

// Style is the weight of an action.
type Style string

// The styles of actions.
const (
	Default Style = ""
	Primary Style = "primary"
	Danger  Style = "danger" // asks to confirm
	Quiet   Style = "quiet"  // a way in beside the answer, shown as small as the platform can
)

// Action is a button (Intent), a link button (URL), a menu (Options), or a menu of what is looked up while somebody
// types (Search).
type Action struct {
	Label   string
	Style   Style
	Intent  Intent    // what pressing means
	URL     string    // opens a page instead
	Options []Option  // makes it a menu: choosing means Option.Intent
	Search  FieldKind // makes it a menu of suggestions: choosing means Intent with the chosen value as its last argument
	Confirm string    // the question asked first; required for Danger
	Choice  bool      // one of the answers to the question the message asks; plain text lists these with numbers
	Anyone  bool      // anybody in the workspace may press; otherwise only the person the message answers
}

// Option is one entry of a menu.
type Option struct {
	Label  string
	Hint   string // one line below the label, may be empty
	Intent Intent
}

// Intent is what a button means: a name and its arguments, never a command string.
type Intent struct {
	Name string
	Args []string // positional; their meaning belongs to the name
}
