package lang

// Answers to questions which team, system, language or the like has the most of something, how many each has, or how many there are.
const (
	RankMost       Key = "rank.most"
	RankLeast      Key = "rank.least"
	RankEach       Key = "rank.each"
	RankTotal      Key = "rank.total"
	RankNothing    Key = "rank.nothing"
	RankNone       Key = "rank.none"
	RankNoWord     Key = "rank.no_word"
	RankNoLanguage Key = "rank.no_language"
	RankState      Key = "rank.state"
	RankLack       Key = "rank.lack"

	RankByOwner     Key = "rank.by_owner"
	RankByGroup     Key = "rank.by_group"
	RankBySystem    Key = "rank.by_system"
	RankByDomain    Key = "rank.by_domain"
	RankByLanguage  Key = "rank.by_language"
	RankByLifecycle Key = "rank.by_lifecycle"
	RankByType      Key = "rank.by_type"

	RankColGroup     Key = "rank.col_group"
	RankColSystem    Key = "rank.col_system"
	RankColDomain    Key = "rank.col_domain"
	RankColLanguage  Key = "rank.col_language"
	RankColLifecycle Key = "rank.col_lifecycle"
	RankColType      Key = "rank.col_type"
	RankColNumber    Key = "rank.col_number"

	HelpRank Key = "rank.help"
)
