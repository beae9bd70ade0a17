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

// Texts of pages made from the definition of an API.
const (
	PageVersion     Key = "docpage.api_version"
	PageServer      Key = "docpage.api_server"
	PageOther       Key = "docpage.api_other"
	PageTypes       Key = "docpage.api_types"
	PageName        Key = "docpage.api_name"
	PageIn          Key = "docpage.api_in"
	PageType        Key = "docpage.api_type"
	PageField       Key = "docpage.api_field"
	PageRequired    Key = "docpage.api_required"
	PageYes         Key = "docpage.api_yes"
	PageDefault     Key = "docpage.api_default"
	PageDeprecated  Key = "docpage.api_deprecated"
	PageDescription Key = "docpage.api_description"
	PageExample     Key = "docpage.api_example"
	PageParameters  Key = "docpage.api_parameters"
	PageRequest     Key = "docpage.api_request"
	PageResponses   Key = "docpage.api_responses"
	PageStatus      Key = "docpage.api_status"
	PageBody        Key = "docpage.api_body"
	PageMessage     Key = "docpage.api_message"
	PageReturns     Key = "docpage.api_returns"
	PageStream      Key = "docpage.api_stream"
	PagePackage     Key = "docpage.api_package"
	PageOr          Key = "docpage.api_or"
)

// Texts of answers about docs, beside those of all intents.
const (
	DocsChoice Key = "docsanswer.choice" // what, link
	DocsSilent Key = "docsanswer.silent" // what
)
