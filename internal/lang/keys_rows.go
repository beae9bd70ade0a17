package lang

// What the page of a form says about lists whose elements are shown one by one.
const (
	RowsEntry    Key = "rows.entry" // n
	RowsNoun     Key = "rows.noun"  // noun, n
	RowsAdd      Key = "rows.add"
	RowsAddNoun  Key = "rows.add_noun" // noun
	RowsRemove   Key = "rows.remove"
	RowsUp       Key = "rows.up"
	RowsDown     Key = "rows.down"
	RowsNone     Key = "rows.none"
	RowsFull     Key = "rows.full"     // max
	RowsExactly  Key = "rows.exactly"  // n
	RowsBetween  Key = "rows.between"  // min, max
	RowsAtLeast  Key = "rows.at_least" // n
	RowsAtMost   Key = "rows.at_most"  // n
	RowsAdded    Key = "rows.added"    // what
	RowsRemoved  Key = "rows.removed"  // what, n
	RowsMoved    Key = "rows.moved"    // what, n
	RowsLate     Key = "rows.late"
	RowsUpdate   Key = "rows.update"
	RowsDepends  Key = "rows.depends"
	RowsFileKept Key = "rows.file_kept" // name
)
