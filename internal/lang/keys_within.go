package lang

// Lists of what of a system, a domain or a team is in a stage of life or lacks something.
const (
	WithinEnded     Key = "within.ended"
	WithinEarly     Key = "within.early"
	WithinLive      Key = "within.live"
	WithinAny       Key = "within.any"
	WithinEach      Key = "within.each"
	WithinNoEnded   Key = "within.no_ended"
	WithinNoEarly   Key = "within.no_early"
	WithinNoLive    Key = "within.no_live"
	WithinNoLack    Key = "within.no_lack"
	WithinNone      Key = "within.none"
	WithinCatalog   Key = "within.catalog"
	WithinTech      Key = "within.tech"
	WithinTag       Key = "within.tag"
	WithinHasDocs   Key = "within.has_docs"
	WithinHasOwner  Key = "within.has_owner"
	WithinHasOnCall Key = "within.has_on_call"
)
