package lang

// Why nobody was signed in, where more is known than that.
const (
	SigninDenied       Key = "signin_problem.denied"
	SigninClock        Key = "signin_problem.clock"
	SigninNotYouTitle  Key = "signin_problem.not_you_title"
	SigninProviderAway Key = "signin_problem.provider_away"
	SigninOtherAccount Key = "signin_problem.other_account"
	SigninAccountWas   Key = "signin_problem.account_was" // account
)
