package lang

// The team that somebody chose for their home page.
const (
	HomePickUnkept Key = "home_pick.unkept"
)
