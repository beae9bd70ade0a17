package lang

// The team that somebody chose for their home page.
const (
	HomePickUnkept Key = "home_pick.unkept"
)

// ExampleVersion is a question to begin with, about a technology.
const ExampleVersion Key = "home_pick.example_version" // tech
