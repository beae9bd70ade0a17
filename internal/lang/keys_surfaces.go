package lang

// What is said around conversations: the home page of a person, forms, previews, suggestions.
const (
	HomeHello    Key = "home.hello"
	HomeMine     Key = "home.mine"
	HomeNothing  Key = "home.nothing"
	HomeFine     Key = "home.fine"
	HomeProblems Key = "home.problems"
	HomeGaps     Key = "home.gaps"
	HomePick     Key = "home.pick"
	HomePickHint Key = "home.pick_hint"
	HomeFind     Key = "home.find"
	HomeTry      Key = "home.try"
	HomeOther    Key = "home.other"
	HomeAskOwner Key = "home.ask_owner"
	HomeAskDuty  Key = "home.ask_duty"
	HomeAskDocs  Key = "home.ask_docs"
	HomeAskUsers Key = "home.ask_users"
	HomeAskState Key = "home.ask_state"
	HomeAskShow  Key = "home.ask_show"
	FormAsk      Key = "form.ask"
	FormAskField Key = "form.ask_field"
	FormAskHelp  Key = "form.ask_help"
	FormAskSend  Key = "form.ask_send"
	FormAskEmpty Key = "form.ask_empty" // name
	QuotedNone   Key = "quoted.none"
)
