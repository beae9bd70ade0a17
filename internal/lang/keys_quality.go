package lang

// Messages of the commands: problems with the data.
const (
	QualityNone     Key = "quality.none"
	QualityOwner    Key = "quality.owner"
	QualityGaps     Key = "quality.gaps"
	QualityEntity   Key = "quality.entity"
	QualityFine     Key = "quality.fine"
	QualityAll      Key = "quality.all"
	QualityAllNone  Key = "quality.all_none"
	QualityMost     Key = "quality.most"
	QualityLoad     Key = "quality.load"
	QualityNobody   Key = "quality.nobody"
	QualityRange    Key = "quality.range"
	QualitySize     Key = "quality.size"
	QualityColWhat  Key = "quality.col_what"
	QualityColCount Key = "quality.col_count"
	QualityNext     Key = "quality.next"
	QualityBack     Key = "quality.back"
	QualityEvery    Key = "quality.every"
	QualityInferred Key = "quality.inferred"
	QualityThose    Key = "quality.those"
	QualityNothing  Key = "quality.nothing"
	QualityNoneOf   Key = "quality.none_of"

	QualityNoSuch        Key = "quality.no_such"
	QualityNoSuchOwner   Key = "quality.no_such_owner"
	QualityUnreadable    Key = "quality.code_unreadable"
	QualityInvalid       Key = "quality.code_invalid"
	QualityStale         Key = "quality.code_stale"
	QualityDuplicate     Key = "quality.code_duplicate"
	QualityDanglingOwner Key = "quality.code_dangling_owner"
	QualityNoOwner       Key = "quality.code_no_owner"
	QualityNoMembers     Key = "quality.code_no_members"
	QualityOrphaned      Key = "quality.code_orphaned"
	QualityDangling      Key = "quality.code_dangling"
	QualityUnknownKind   Key = "quality.code_unknown_kind"
	QualityInferredOwner Key = "quality.code_inferred_owner"
	QualityNoOnCall      Key = "quality.code_no_oncall"
	QualityNoDocs        Key = "quality.code_no_docs"
	QualityNoSource      Key = "quality.code_no_source"
	QualityDoubtful      Key = "quality.code_doubtful"
)

// Messages of the commands: reading again, and locations that were registered.
const (
	RefreshWorking   Key = "refresh.working"
	RefreshSame      Key = "refresh.same"
	RefreshChanged   Key = "refresh.changed"
	RefreshGone      Key = "refresh.gone"
	RefreshBroken    Key = "refresh.broken"
	RefreshFailed    Key = "refresh.failed"
	RefreshField     Key = "refresh.field"
	RefreshForbidden Key = "refresh.forbidden"

	UnregisterAsk        Key = "unregister.ask"
	UnregisterConfirm    Key = "unregister.confirm"
	UnregisterConfigured Key = "unregister.configured"
	UnregisterWorking    Key = "unregister.working"
	UnregisterDone       Key = "unregister.done"
	UnregisterForbidden  Key = "unregister.forbidden"
	ActUnregister        Key = "unregister.act"

	RegisterWhat       Key = "register.what"
	RegisterForbidden  Key = "register.forbidden"
	RegisterFailed     Key = "register.failed"
	RegisterConfigured Key = "register.configured"
	RegisterNothing    Key = "register.nothing"
	RegisterAlready    Key = "register.already"
	RegisterLater      Key = "register.later"
	RegisterDone       Key = "register.done"
	RegisterList       Key = "register.list"
	RegisterElsewhere  Key = "register.elsewhere"
	RegisterTroubles   Key = "register.troubles"
	RegisterFull       Key = "register.full"       // n: how many there are
	RegisterAddress    Key = "register.address"    // what an address has to be
	RegisterSecret     Key = "register.secret"     // the address holds what others must not see
	RegisterUnanswered Key = "register.unanswered" // text: what it answered
	RegisterMissing    Key = "register.missing"    // the host has nothing there
	RegisterDenied     Key = "register.denied"     // the host lets us not read it
)
