package remote

// People are the groups and users of an organisation.
type People struct {
	Groups []Group
	Users  []User
}

// Group is a team of GitHub or a group of GitLab.
type Group struct {
	ID          string // fit for the name of an entity: a team's slug, a group's path with "-" for "/"
	Slug        string // as the host names it: acme/payments
	Name        string // for people
	Kind        string // the type of the entity, for example team
	Description string
	Web         string
	Parent      string   // ID of the group above, or empty
	Members     []string // IDs of users, those of groups below not included
}

// User is a member.
type User struct {
	ID      string // the login
	Name    string
	Email   string // empty where the host does not show it
	Picture string
	Web     string
}

// EventKind says what an Event is about.
type EventKind int

// The kinds of events.
const (
	Ignored EventKind = iota // of no interest
	Pushed                   // a branch has other content now
	Changed                  // a repository was made, renamed, moved, archived, made public or private, or given other topics
	Removed                  // a repository is gone from where it was
	Staff                    // teams or members changed
)

// Event is what a webhook said. Nothing in it is taken for the truth: it says only where to look.
type Event struct {
	Kind    EventKind
	Account string   // organisation or top group, lower case; empty: not told
	Paths   []string // of the repository, its former path included
	Branch  string   // of Pushed
}
