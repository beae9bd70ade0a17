package plugins

import (
	"context"
	"errors"
	"time"
)

// Paging calls people away from what they do.
type Paging interface {
	// Routes returns the ways to page whoever answers for what q asks about, best first, from memory. None: nothing
	// here can page them.
	Routes(ctx context.Context, q OnCallQuery) ([]PageRoute, error)
	// Page pages whom a route leads to, unless something open was paged for the same service within JoinPages: then the
	// request joins that. Asking again with the same Key pages nobody again. It waits for the network. An error says
	// that nobody was paged as far as is known, of kind Forbidden, Invalid (nothing can be paged in this way) or
	// Upstream (the vendor does not answer).
	Page(ctx context.Context, r PageRequest) (Page, error)
	// Paged returns how a page stands now. It waits for the network.
	Paged(ctx context.Context, id string) (Page, error)
}

// ErrPageUnclear is in the chain of an error of Page when the vendor may have paged somebody all the same.
var ErrPageUnclear = errors.New("it is not known whether somebody was paged")

// JoinPages is how old an open page may be for another request to join it.
const JoinPages = 10 * time.Minute

// PageRoute is a way to page somebody.
type PageRoute struct {
	Vendor  string // "PagerDuty"
	Service string // the vendor's id of what is paged for
	Title   string // and what people call it
	Policy  string // what the vendor does when nobody answers, as people call it; may be empty
	URL     string // where a person pages by hand
	Who     []PageTarget
	AsOf    time.Time // when the vendor last said so
	Silent  bool      // it has not answered since
	Asleep  bool      // the vendor pages nobody for it now: it is switched off or in maintenance
}

// PageTarget is somebody who is paged first.
type PageTarget struct {
	Shift Shift
	Phone string // as a person dials it; empty when not known
	URL   string // of the person at the vendor
}

// PageRequest asks for a page.
type PageRequest struct {
	Key     string // names the request
	Service string // of the route
	Title   string // one line: what is wrong
	Why     string // more of it, may be empty
	From    string // who asks, by name
	Email   string // and e-mail address, empty when not known
	Link    string // to the conversation, may be empty
}

// PageState is how far a page has come.
type PageState string

// The states of pages.
const (
	PageOpen         PageState = "open" // nobody has answered yet
	PageAcknowledged PageState = "acknowledged"
	PageResolved     PageState = "resolved"
)

// Page is somebody being called.
type Page struct {
	ID     string
	Number int // as people say it; 0 for none
	Title  string
	URL    string
	State  PageState
	Joined bool      // it was open already
	Who    []string  // whose attention it has now, by name
	By     string    // who acknowledged or resolved it, by name; empty when not known
	Began  time.Time // by the vendor's clock
}
