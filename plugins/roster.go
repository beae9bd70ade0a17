package plugins

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Rota is somebody else's plan of who is on call: a vendor's service, a calendar. It is all that a further vendor has
// to offer; plugins/oncall keeps what it read and answers questions from that.
type Rota interface {
	// Name is what people call it, for example "PagerDuty".
	Name() string
	// Roster reads who is on call between two moments. It waits for the network until ctx is done. An error of kind
	// Forbidden says that the credential is refused, Upstream that it does not answer, Invalid that its answer makes no
	// sense; what was read before then stays in force.
	Roster(ctx context.Context, from, to time.Time) (Roster, error)
}

// Roster is who is on call for a while. It is kept as JSON.
type Roster struct {
	Lines  []RosterLine            `json:"lines"`
	People map[string]RosterPerson `json:"people"` // by their id at the source
	// Services are those that the lines answer for, by their id at the source, where the source says more about them.
	Services map[string]RosterService `json:"services,omitempty"`
}

// RosterService is what people are paged for.
type RosterService struct {
	Title  string `json:"title"`
	Policy string `json:"policy,omitempty"` // what happens when nobody answers, as people call it
	URL    string `json:"url,omitempty"`
	Asleep bool   `json:"asleep,omitempty"` // it is switched off, or in maintenance: nobody would be paged
}

// RosterLine is one line of defence: the people who answer at one level of one plan, in turn or together.
type RosterLine struct {
	ID        string          `json:"id"` // unique at the source
	Title     string          `json:"title"`
	Level     int             `json:"level"`              // 1 is asked first
	Group     catalog.Ref     `json:"group,omitzero"`     // whose line it is, where the source or its configuration knows
	Teams     []string        `json:"teams,omitempty"`    // the source's ids of teams
	Services  []string        `json:"services,omitempty"` // and of the services that it answers for
	Keys      []string        `json:"keys,omitempty"`     // integration keys of these services
	Zone      string          `json:"zone,omitempty"`     // IANA name; "": UTC
	URL       string          `json:"url,omitempty"`      // where a person looks at it
	Stretches []RosterStretch `json:"stretches,omitempty"`
}

// RosterStretch is a time during which one person answers. A zero From or To is open.
type RosterStretch struct {
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Person string    `json:"person"` // key of Roster.People
}

// RosterPerson is somebody as the source knows them.
type RosterPerson struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	URL   string `json:"url,omitempty"`
}
