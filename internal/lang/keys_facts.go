package lang

// Answers to questions about everything at once, from what plugins found out.
const (
	FactsBuild Key = "facts.build"
	FactsScore Key = "facts.score"

	RadarPicture Key = "facts.radar_picture"

	LightTitlePerformance   Key = "facts.light_performance"
	LightTitleAccessibility Key = "facts.light_accessibility"
	LightTitlePractices     Key = "facts.light_practices"
	LightTitleSEO           Key = "facts.light_seo"

	FactsGood   Key = "facts.good"
	FactsBad    Key = "facts.bad"
	FactsLess   Key = "facts.less"
	FactsMost   Key = "facts.most"
	FactsMore   Key = "facts.more"
	FactsLeast  Key = "facts.least"
	FactsIs     Key = "facts.is"
	FactsIsNone Key = "facts.is_none"
	FactsNot    Key = "facts.not"
	FactsNotNo  Key = "facts.not_none"
	FactsCmp    Key = "facts.cmp"
	FactsCmpNo  Key = "facts.cmp_none"
	FactsWith   Key = "facts.without"
	FactsWithNo Key = "facts.without_none"
	FactsRank   Key = "facts.rank"

	FactsBroken   Key = "facts.broken"
	FactsBrokenNo Key = "facts.broken_none"

	FactsCover     Key = "facts.cover"
	FactsCoverList Key = "facts.cover_list"
	FactsCoverOne  Key = "facts.cover_one"
	FactsWaiting   Key = "facts.waiting"
	FactsSetUp     Key = "facts.set_up"
	FactsUnknown   Key = "facts.unknown"
	FactsNobody    Key = "facts.nobody"

	FactsColWhat  Key = "facts.col_what"
	FactsColState Key = "facts.col_state"
	FactsColOwner Key = "facts.col_owner"
	FactsColSince Key = "facts.col_since"

	FactsStateGood Key = "facts.state_good"
	FactsStateBad  Key = "facts.state_bad"
	FactsActNone   Key = "facts.act_none"
)
