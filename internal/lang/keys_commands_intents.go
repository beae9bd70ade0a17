package lang

// Messages of the commands: owner.
const (
	OwnerIs         Key = "owner.is"
	OwnerNone       Key = "owner.none"
	OwnerDangling   Key = "owner.dangling"
	OwnerGroup      Key = "owner.group"
	OwnerGroupTop   Key = "owner.group_top"
	OwnerGroupLed   Key = "owner.group_led"
	OwnerPart       Key = "owner.part"
	OwnerOnCall     Key = "owner.oncall"
	OwnerOnCallOpen Key = "owner.oncall_open"
	OwnerLead       Key = "owner.lead"
)

// Messages of the commands: on-call.
const (
	OnCallUntil         Key = "oncall.until"
	OnCallOpen          Key = "oncall.open"
	OnCallNext          Key = "oncall.next"
	OnCallCovers        Key = "oncall.covers"
	OnCallSecond        Key = "oncall.second"
	OnCallSecondOpen    Key = "oncall.second_open"
	OnCallSecondGap     Key = "oncall.second_gap"
	OnCallSecondNone    Key = "oncall.second_none"
	OnCallGap           Key = "oncall.gap"
	OnCallGapNext       Key = "oncall.gap_next"
	OnCallNone          Key = "oncall.none"
	OnCallNoneOwnerless Key = "oncall.none_ownerless"
	OnCallNoneGroup     Key = "oncall.none_group"
	OnCallThrough       Key = "oncall.through"
	OnCallPersonNow     Key = "oncall.person_now"
	OnCallPersonOpen    Key = "oncall.person_open"
	OnCallPersonNext    Key = "oncall.person_next"
	OnCallPersonNone    Key = "oncall.person_none"
	OnCallTeams         Key = "oncall.teams"
	OnCallAll           Key = "oncall.all"
	OnCallColSchedule   Key = "oncall.col_schedule"
	OnCallColNow        Key = "oncall.col_now"
	OnCallColUntil      Key = "oncall.col_until"
	OnCallColNext       Key = "oncall.col_next"
	OnCallNobody        Key = "oncall.nobody"
)

// Messages of the commands: API.
const (
	APIProvided         Key = "api.provided"
	APIProvidedPlain    Key = "api.provided_plain"
	APIOrphan           Key = "api.orphan"
	APIOrphanPlain      Key = "api.orphan_plain"
	APIProvides         Key = "api.provides"
	APIProvidesOne      Key = "api.provides_one"
	APIProvidesOnePlain Key = "api.provides_one_plain"
	APIConsumers        Key = "api.consumers"
	APINoConsumers      Key = "api.no_consumers"
	APIOwned            Key = "api.owned"
	APINone             Key = "api.none"
	APIUses             Key = "api.uses"
)

// Messages of the commands: versions.
const (
	VersionIs           Key = "version.is"
	VersionDeclared     Key = "version.declared"
	VersionUnknown      Key = "version.unknown"
	VersionIndirect     Key = "version.indirect"
	VersionAlso         Key = "version.also"
	VersionIn           Key = "version.in"
	VersionOut          Key = "version.out"
	VersionDeclaredAs   Key = "version.declared_as"
	VersionDev          Key = "version.dev"
	VersionAll          Key = "version.all"
	VersionNot          Key = "version.not"
	VersionUnread       Key = "version.unread"
	VersionEmpty        Key = "version.empty"
	VersionNoTech       Key = "version.no_tech"
	VersionColTech      Key = "version.col_tech"
	VersionColVersion   Key = "version.col_version"
	VersionColDeclared  Key = "version.col_declared"
	VersionColFile      Key = "version.col_file"
	VersionColCount     Key = "version.col_count"
	VersionColWhere     Key = "version.col_where"
	VersionColComponent Key = "version.col_component"
	VersionColOwner     Key = "version.col_owner"
	FleetIs             Key = "fleet.is"
	FleetMost           Key = "fleet.most"
	FleetBehind         Key = "fleet.behind"
	FleetStillOn        Key = "fleet.still_on"
	FleetRange          Key = "fleet.range"
	FleetRangeNone      Key = "fleet.range_none"
	FleetOne            Key = "fleet.one"
	FleetNone           Key = "fleet.none"
	FleetUnknownVersion Key = "fleet.unknown_version"
	FleetMany           Key = "fleet.many"
	FleetChart          Key = "fleet.chart"
)

// Messages of the commands: docs.
const (
	DocsSite          Key = "docs.site"
	DocsPage          Key = "docs.page"
	DocsMore          Key = "docs.more"
	DocsPages         Key = "docs.pages"
	DocsNone          Key = "docs.none"
	DocsNoneOwnerless Key = "docs.none_ownerless"
	DocsNonePlain     Key = "docs.none_plain"
	DocsElsewhere     Key = "docs.elsewhere"
	DocsNothing       Key = "docs.nothing"
	DocsHome          Key = "docs.home"
)

// Messages of the commands: dependents and dependencies.
const (
	DependentsAre      Key = "deps.dependents"
	DependentsAll      Key = "deps.dependents_all"
	DependentsNone     Key = "deps.dependents_none"
	DependentsNoneKind Key = "deps.dependents_none_kind"
	DependenciesAre    Key = "deps.dependencies"
	DependenciesAll    Key = "deps.dependencies_all"
	DependenciesNone   Key = "deps.dependencies_none"
	DepsVia            Key = "deps.via"
	DepsMissing        Key = "deps.missing"
	DepsBound          Key = "deps.bound"
)

// Messages of the commands: teams.
const (
	OwnedIs         Key = "team.owns"
	OwnedNone       Key = "team.owns_none"
	OwnedNoneKind   Key = "team.owns_none_kind"
	OwnedTeams      Key = "team.owns_teams"
	OwnedParts      Key = "team.parts"
	OwnedPartsNone  Key = "team.parts_none"
	OwnedSubTeams   Key = "team.sub_owns"
	MembersAre      Key = "team.members"
	MembersNone     Key = "team.members_none"
	MembersTeams    Key = "team.members_teams"
	MembersLead     Key = "team.lead"
	MembersLeadNone Key = "team.lead_none"
	MembersLeadMark Key = "team.lead_mark"
	MembersSub      Key = "team.sub"
	MembersParent   Key = "team.parent"
	MembersOf       Key = "team.owner_members"
	PersonIn        Key = "team.person"
	PersonNone      Key = "team.person_none"
)
