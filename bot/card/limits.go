package card

// Unit is how a platform counts characters.
type Unit uint8

// The units.
const (
	CodePoints Unit = iota // Unicode code points
	UTF16                  // UTF-16 code units: a character beyond U+FFFF counts twice
)

// Many stands for "as many as wanted" where zero means none.
const Many = 1 << 30

// Limits are what a platform can show, as data. Lengths are in Unit and zero is no limit; counts whose comment says
// so mean "cannot show" at zero, and Many lifts them. Limits below a small floor (see floors) count as that floor: no
// platform is so narrow, and a marked cut needs some room.
type Limits struct {
	Unit    Unit
	Escapes map[rune]int     // what a character costs once the renderer has escaped it, where that is not its own length
	Marks   map[SpanKind]int // what the markup around a span of this kind costs
	URLs    bool             // whether the URLs of spans count in the lengths below

	Messages int // most messages one answer may become; a note says what is cut
	Blocks   int // blocks of a message; each Actions row is one
	Total    int // characters of a message, everything shown in it counted but Summary, which is not shown with it
	Summary  int
	Text     int  // one Text block
	Note     int  // one Note block
	Code     int  // one Code block
	Width    int  // columns a Code block shows without wrapping; wider tables become lists
	URL      int  // longer addresses are left out, with a note
	Progress bool // shows Progress; otherwise it becomes text

	Fields  FieldLimits
	List    ListLimits
	Table   TableLimits
	Chart   ChartLimits
	Image   ImageLimits
	Actions ActionLimits
}

// FieldLimits bound a Fields block.
type FieldLimits struct {
	Items int // fields of one block; zero: the platform has none, and they become lines of text
	Label int
	Value int
}

// ListLimits bound a List block.
type ListLimits struct {
	Items int // items shown of one list; the rest is counted in More
	Item  int // one item; longer ones end in an ellipsis
	Total int // one block with its "and n more" line; longer lists become several blocks
}

// TableLimits bound tables.
type TableLimits struct {
	PerMessage int // zero: no tables; they become fields, preformatted text or a list
	Rows       int // rows shown, without the header; the rest is counted in More
	Columns    int // wider tables become a list
	Cell       int // one cell or header; longer ones end in an ellipsis
	Caption    int
	Total      int // all cells, headers and the caption of one table
}

// ChartLimits bound charts.
type ChartLimits struct {
	PerMessage int // zero: no charts; they become a table or bars of text
	Bars       int // points of a bar chart
	Slices     int // points of a pie chart
	Title      int
	Label      int // one point's label; longer ones end in an ellipsis
}

// ImageLimits bound pictures.
type ImageLimits struct {
	PerMessage int // zero: no pictures; they become links
	Alt        int
	Title      int
}

// ActionLimits bound buttons and menus.
type ActionLimits struct {
	PerMessage int // zero: no buttons; choices become a numbered list and link buttons links
	PerRow     int
	Rows       int  // Actions rows of a message
	MenuAlone  bool // a menu fills a row of its own
	Label      int
	Options    int // entries of one menu; more become a second menu
	Option     int // one entry's label
	Hint       int // one entry's hint
	Confirm    int
	Search     bool // has menus of suggestions; elsewhere they are left out, as everything in them can be asked for
}

// FormLimits are what a platform's forms can show. Zero is no limit.
type FormLimits struct {
	Unit        Unit
	Fields      int // fields of one page
	Title       int
	Submit      int
	Intro       int
	Label       int
	Help        int
	Placeholder int
	Value       int // one prefilled value; a longer one is not prefilled, and the help says so
	Options     int // options of one field; a choice with more is asked as a line
	Option      int // one option's label
	Hint        int
	Instead     map[FieldKind]FieldKind // kinds the platform has no control for, and how they are asked
}

// The floors of lengths and counts: every limit between zero and its floor counts as the floor.
const (
	floorTotal = 2048
	floorText  = 120 // Text, Note, Code, List.Item, List.Total, Fields.Value, Summary
	floorLabel = 16  // labels, titles, cells, options
	floorWidth = 20
)

// normal returns the limits as they are applied: raised to the floors, and every single text small enough that a
// block of it fits into a message.
func (l Limits) normal() Limits {
	l.Total = floor(l.Total, floorTotal)
	part := 0
	if l.Total > 0 {
		part = l.Total / 8
	}
	text := func(p *int) { *p = tighter(floor(*p, floorText), part) }
	label := func(p *int) { *p = tighter(floor(*p, floorLabel), part) }
	for _, p := range []*int{&l.Text, &l.Note, &l.Code, &l.List.Total, &l.Table.Total} {
		*p = tighter(floor(*p, floorText), part*4)
	}
	for _, p := range []*int{&l.Summary, &l.List.Item, &l.Fields.Value, &l.Actions.Confirm} {
		text(p)
	}
	for _, p := range []*int{
		&l.Fields.Label, &l.Table.Cell, &l.Table.Caption, &l.Chart.Title, &l.Chart.Label, &l.Image.Alt, &l.Image.Title,
		&l.Actions.Label, &l.Actions.Option, &l.Actions.Hint,
	} {
		label(p)
	}
	l.List.Item = tighter(l.List.Item, l.List.Total/2)
	l.Width = floor(l.Width, floorWidth)
	if l.URLs {
		// An address counts like text, so one that would not leave room for its own words is too long.
		for _, t := range []int{l.Text, l.Note, l.Fields.Value, l.List.Item, l.Summary} {
			l.URL = tighter(l.URL, t/2)
		}
	}
	return l
}

// floor raises a limit to at least f; zero, which is no limit, stays.
func floor(v, f int) int {
	if v <= 0 {
		return 0
	}
	return max(v, f)
}

// tighter returns the smaller of two limits, where zero is no limit.
func tighter(a, b int) int {
	switch {
	case a <= 0:
		return max(b, 0)
	case b <= 0:
		return a
	default:
		return min(a, b)
	}
}
