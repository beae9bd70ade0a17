package lang

// What is said of long work.
const (
	TaskStop     Key = "task.stop"
	TaskStopping Key = "task.stopping"
	TaskProgress Key = "task.progress"
	TaskOthers   Key = "task.others"
	TaskNotNow   Key = "task.not_now"

	RefreshTask      Key = "task.refresh"
	RefreshStepAsk   Key = "task.refresh_ask"
	RefreshStepRead  Key = "task.refresh_read"
	RefreshStepKnown Key = "task.refresh_known"
	RefreshStopped   Key = "task.refresh_stopped"
)

// What is said of wrong answers.
const (
	WrongAct          Key = "wrong.act"
	WrongAsk          Key = "wrong.ask"
	WrongThing        Key = "wrong.thing"
	WrongFact         Key = "wrong.fact"
	WrongOld          Key = "wrong.old"
	WrongUnhelpful    Key = "wrong.unhelpful"
	WrongNoted        Key = "wrong.noted"
	WrongOldNoted     Key = "wrong.old_noted"
	WrongTold         Key = "wrong.told"
	WrongRead         Key = "wrong.read"
	WrongMeant        Key = "wrong.meant"
	WrongWhich        Key = "wrong.which"
	WrongOther        Key = "wrong.other"
	WrongAlias        Key = "wrong.alias"
	WrongDisputed     Key = "wrong.disputed"
	WrongDisputedFact Key = "wrong.disputed_fact"
	WrongToday        Key = "wrong.today"
	WrongMon          Key = "wrong.mon"
	WrongTue          Key = "wrong.tue"
	WrongWed          Key = "wrong.wed"
	WrongThu          Key = "wrong.thu"
	WrongFri          Key = "wrong.fri"
	WrongSat          Key = "wrong.sat"
	WrongSun          Key = "wrong.sun"
)

// What facts are called.
const (
	FactOwner       Key = "fact.owner"
	FactLifecycle   Key = "fact.lifecycle"
	FactType        Key = "fact.type"
	FactTitle       Key = "fact.title"
	FactDescription Key = "fact.description"
	FactLink        Key = "fact.link"
	FactOnCall      Key = "fact.oncall"
	FactDocs        Key = "fact.docs"
	FactAPI         Key = "fact.api"
	FactVersion     Key = "fact.version"
	FactDeps        Key = "fact.deps"
	FactMembers     Key = "fact.members"
	FactOther       Key = "fact.other"
)

// The form of a correction, and what becomes of it.
const (
	CorrectTitle    Key = "correct.title"
	CorrectSubmit   Key = "correct.submit"
	CorrectIntro    Key = "correct.intro"
	CorrectFact     Key = "correct.fact"
	CorrectRight    Key = "correct.right"
	CorrectLabel    Key = "correct.label"
	CorrectWhy      Key = "correct.why"
	CorrectWhyHelp  Key = "correct.why_help"
	CorrectNow      Key = "correct.now"
	CorrectNone     Key = "correct.none"
	CorrectBadFact  Key = "correct.bad_fact"
	CorrectEmpty    Key = "correct.empty"
	CorrectBadOwner Key = "correct.bad_owner"
	CorrectSame     Key = "correct.same"
	CorrectBadLink  Key = "correct.bad_link"
	CorrectLong     Key = "correct.long"
	CorrectWhere    Key = "correct.where"
	CorrectHow      Key = "correct.how"
	CorrectWorking  Key = "correct.working"
	CorrectProposed Key = "correct.proposed"
	CorrectOpen     Key = "correct.open"
	CorrectEdit     Key = "correct.edit"
	CorrectEditIt   Key = "correct.edit_it"
	CorrectCopy     Key = "correct.copy"
	CorrectAway     Key = "correct.away"
	CorrectByHand   Key = "correct.by_hand"
	CorrectDisputed Key = "correct.disputed"
)

// What people said, and what became of it.
const (
	FeedbackReading   Key = "feedback.reading"
	FeedbackNone      Key = "feedback.none"
	FeedbackDisputes  Key = "feedback.disputes"
	FeedbackDispute   Key = "feedback.dispute"
	FeedbackRight     Key = "feedback.right"
	FeedbackDismiss   Key = "feedback.dismiss"
	FeedbackConfirm   Key = "feedback.confirm"
	FeedbackDismissed Key = "feedback.dismissed"
	FeedbackOthers    Key = "feedback.others"
	FeedbackAliases   Key = "feedback.aliases"
	FeedbackUnhelpful Key = "feedback.unhelpful"
	DigestHead        Key = "feedback.digest"
	OutcomeSettled    Key = "feedback.settled"
	OutcomeEmpty      Key = "feedback.settled_empty"
	OutcomeDismissed  Key = "feedback.outcome_dismissed"
	OutcomeGone       Key = "feedback.gone"
	OutcomeAlias      Key = "feedback.alias"
)
