package lang

// Who was on call at a time before now, or will be.
const (
	OnCallAtWas       Key = "oncall_at.was"
	OnCallAtIs        Key = "oncall_at.is"
	OnCallAtWill      Key = "oncall_at.will"
	OnCallAtSecond    Key = "oncall_at.second"
	OnCallAtNobody    Key = "oncall_at.nobody"
	OnCallAtAsked     Key = "oncall_at.asked"
	OnCallAtSpan      Key = "oncall_at.span"
	OnCallAtFrom      Key = "oncall_at.from"
	OnCallAtUntil     Key = "oncall_at.until"
	OnCallAtOpen      Key = "oncall_at.open"
	OnCallAtPerson    Key = "oncall_at.person"
	OnCallAtPersonNot Key = "oncall_at.person_not"
	OnCallAtAll       Key = "oncall_at.all"
	OnCallAtColWho    Key = "oncall_at.col_who"
	OnCallAtColFrom   Key = "oncall_at.col_from"
)
