package lang

// Sentences about who may do what, and about who is who.
const (
	AccessNoAudience Key = "access.no_audience"
	AccessNoGuests   Key = "access.no_guests"
	AccessUnknown    Key = "access.unknown" // platform
	AccessNoAsk      Key = "access.no_ask"
	AccessNoRun      Key = "access.no_run"
	AccessNoAdmin    Key = "access.no_admin"
	AccessNoShare    Key = "access.no_share"

	WhoYou         Key = "who.you" // who: a person of the catalog
	WhoStranger    Key = "who.stranger"
	WhoGuest       Key = "who.guest"
	WhoByNote      Key = "who.by_note"
	WhoByLink      Key = "who.by_link" // when
	WhoByMail      Key = "who.by_mail"
	WhoTeams       Key = "who.teams" // list
	WhoNoTeams     Key = "who.no_teams"
	WhoAccounts    Key = "who.accounts" // list: accounts that are linked
	WhoHow         Key = "who.how"      // command
	LinkCode       Key = "link.code"    // code, command, minutes
	LinkCodeWhere  Key = "link.code_where"
	LinkNotHere    Key = "link.not_here" // command
	LinkMatched    Key = "link.matched"  // who
	LinkWrong      Key = "link.wrong"
	LinkSlow       Key = "link.slow"
	LinkSelf       Key = "link.self"
	LinkConfirm    Key = "link.confirm" // account, who
	LinkConfirmAsk Key = "link.confirm_ask"
	LinkYes        Key = "link.yes"
	LinkNo         Key = "link.no"
	LinkDone       Key = "link.done" // account, who
	LinkDropped    Key = "link.dropped"
	LinkGone       Key = "link.gone" // n: links that were removed
)
