package lang

// Lists of what of a system, a domain or a team is in a stage of life or lacks something.
const (
	WithinEnded   Key = "within.ended"
	WithinEarly   Key = "within.early"
	WithinLive    Key = "within.live"
	WithinAny     Key = "within.any"
	WithinEach    Key = "within.each"
	WithinNoEnded Key = "within.no_ended"
	WithinNoEarly Key = "within.no_early"
	WithinNoLive  Key = "within.no_live"
	WithinNoLack  Key = "within.no_lack"
)
