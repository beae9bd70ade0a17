package lang

// Texts of the pages of signing in, and of the page of forms that a chat cannot show whole.
const (
	WhoByProvider Key = "signin.who_by_provider"

	SigninTitle       Key = "signin.title"
	SigninLead        Key = "signin.lead" // organization
	SigninLeadPlain   Key = "signin.lead_plain"
	SigninWith        Key = "signin.with" // provider
	SigninStart       Key = "signin.start"
	SigninChat        Key = "signin.chat"
	SigninChatOnly    Key = "signin.chat_only"
	SigninProblem     Key = "signin.problem"
	SigninAgain       Key = "signin.again"
	SigninAway        Key = "signin.away"
	SigninStale       Key = "signin.stale"
	SigninRefused     Key = "signin.refused"
	SigninNotYou      Key = "signin.not_you"
	SigninSlow        Key = "signin.slow"
	SigninFirst       Key = "signin.first"
	SigninHere        Key = "signin.here"
	SigninNoLinks     Key = "signin.no_links" // page
	SigninLink        Key = "signin.link"     // link, minutes
	SigninLinkText    Key = "signin.link_text"
	SigninLinkGone    Key = "signin.link_gone"
	SigninAs          Key = "signin.as"       // name
	SigninAsWhere     Key = "signin.as_where" // where
	SigninOut         Key = "signin.out"
	SigninOutMore     Key = "signin.out_more"
	SigninOutGo       Key = "signin.out_go"
	SigninOutDo       Key = "signin.out_do"
	SigninStillIn     Key = "signin.still_in"
	SigninAccount     Key = "signin.account"
	SigninAccountLead Key = "signin.account_lead" // name
	SigninLinkHead    Key = "signin.link_head"
	SigninLinkLead    Key = "signin.link_lead"
	SigninCode        Key = "signin.code"
	SigninLinkDo      Key = "signin.link_do"
	SigninUnlink      Key = "signin.unlink"
	FormPageSend      Key = "signin.form_send"
	FormPageDone      Key = "signin.form_done"
	FormPageGone      Key = "signin.form_gone"
	FormPageOther     Key = "signin.form_other"
	FormPageErrors    Key = "signin.form_errors" // n
	FormPageRequired  Key = "signin.form_required"
	FormPageLines     Key = "signin.form_lines"
	FormPageBig       Key = "signin.form_big" // size
	FormPageSecret    Key = "signin.form_secret"
	FormPageNeeded    Key = "signin.form_needed"
	FormPageJSON      Key = "signin.form_json"
	FormPageNumber    Key = "signin.form_number"
)
