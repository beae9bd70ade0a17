package lang

// Texts around pages of documentation in a static site.
const (
	PageSkip     Key = "docpage.skip"
	PageNav      Key = "docpage.nav"
	PageContents Key = "docpage.contents"
	PagePrevious Key = "docpage.previous"
	PageFollows  Key = "docpage.follows"
	PageEdit     Key = "docpage.edit"
	PageNotices  Key = "docpage.notices" // count
	PageMade     Key = "docpage.made"
)
