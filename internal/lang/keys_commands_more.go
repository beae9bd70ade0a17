package lang

// Messages of the commands: show.
const (
	ShowIs          Key = "show.is"
	ShowIsPlain     Key = "show.is_plain"
	ShowIsOwnerless Key = "show.is_ownerless"
	ShowGroup       Key = "show.group"
	ShowA           Key = "show.a"
	ShowAn          Key = "show.an"
	ShowRepo        Key = "show.repo"
	ShowNoRepo      Key = "show.no_repo"
	ShowSite        Key = "show.site"
	ShowNoSite      Key = "show.no_site"
	ShowDashboard   Key = "show.dashboard"
	ShowNoDashboard Key = "show.no_dashboard"
	ShowChat        Key = "show.chat"
	ShowNoChat      Key = "show.no_chat"
	ShowMail        Key = "show.mail"
	ShowNoMail      Key = "show.no_mail"
	ShowSystem      Key = "show.system"
	ShowParts       Key = "show.parts"
	ShowTags        Key = "show.tags"
	ShowRepoLabel   Key = "show.repo_label"
	ShowDocsLabel   Key = "show.docs_label"
	ShowAPIsLabel   Key = "show.apis_label"
	ShowUsesLabel   Key = "show.uses_label"
	ShowProvidedBy  Key = "show.provided_by"
	ShowUsedBy      Key = "show.used_by"
	ShowLinks       Key = "show.links"
	ShowFormat      Key = "show.format"
	ShowContact     Key = "show.contact"
	ShowBuiltWith   Key = "show.built_with"
	ShowParent      Key = "show.parent"
	ShowTeams       Key = "show.teams"
	ShowLead        Key = "show.lead"
	ShowOwns        Key = "show.owns"
)

// Messages of the commands: builds and audits.
const (
	BuildsAre           Key = "builds.are"
	BuildsNone          Key = "builds.none"
	BuildsNoneOwnerless Key = "builds.none_ownerless"
	BuildsPerhaps       Key = "builds.perhaps"
	BuildsAt            Key = "builds.at"
	AuditsAre           Key = "audits.are"
	AuditsNone          Key = "audits.none"
	AuditsNoneOwnerless Key = "audits.none_ownerless"
)

// Messages of the commands: radar.
const (
	RadarIs          Key = "radar.is"
	RadarSince       Key = "radar.since"
	RadarMoved       Key = "radar.moved"
	RadarNone        Key = "radar.none"
	RadarNoneNear    Key = "radar.none_near"
	RadarList        Key = "radar.list"
	RadarListRing    Key = "radar.list_ring"
	RadarListEmpty   Key = "radar.list_empty"
	RadarColTech     Key = "radar.col_tech"
	RadarColRing     Key = "radar.col_ring"
	RadarColQuadrant Key = "radar.col_quadrant"
	RadarColSince    Key = "radar.col_since"
)

// Messages of the commands: search.
const (
	FindOne      Key = "find.one"
	FindOnePlain Key = "find.one_plain"
	FindMany     Key = "find.many"
	FindNone     Key = "find.none"
	FindNoneNear Key = "find.none_near"
	FindOwned    Key = "find.owned"
)

// Messages of the commands: scaffold.
const (
	MakeWith   Key = "make.with"
	MakeChoose Key = "make.choose"
	MakeNone   Key = "make.none"
	MakeOther  Key = "make.other"
)

// Messages of the commands: help.
const (
	HelpIntro      Key = "help.intro"
	HelpOwner      Key = "help.owner"
	HelpOnCall     Key = "help.oncall"
	HelpAPI        Key = "help.api"
	HelpVersion    Key = "help.version"
	HelpDocs       Key = "help.docs"
	HelpDependents Key = "help.dependents"
	HelpOwnedBy    Key = "help.owned_by"
	HelpMembers    Key = "help.members"
	HelpLifecycle  Key = "help.lifecycle"
	HelpRadar      Key = "help.radar"
	HelpSearch     Key = "help.search"
	HelpScaffold   Key = "help.scaffold"
	HelpShort      Key = "help.short"
	HelpSource     Key = "help.source"
)
