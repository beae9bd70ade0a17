package plugins

import (
	"context"
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// HasTopics is a Plugin of whose news places can be told. News are changes of facts: a plugin writes what is so, and
// whoever subscribed to the topic is told when that changes, once, whichever replica saw it, in the order in which it
// happened and below the first message about the entity.
type HasTopics interface {
	Topics() []Topic
}

// Topic is something about entities that places can be told of when it changes.
type Topic struct {
	// Name is the word that people subscribe with: lower case letters, unique among all topics.
	Name  string
	Title Text // as a part of a list, for example "builds"
	// Items picks what is so about one entity from the facts that the plugin wrote about it. Two items are the same
	// when their values are: what may change without being news does not belong in there. nil: each fact is one.
	Items func(facts []catalog.Fact) []Item
	// Say says one change as a sentence about what, nothing where nobody needs to hear of it. nil: "what: key is now to
	// (was from)".
	Say func(l lang.Lang, c Change, what []card.Span) []card.Span
}

// Item is one thing that is so about an entity.
type Item struct {
	Key   string // tells the items of an entity apart; empty where there is one
	Value string
	Where string // an address or a place, as a person would open it
}

// Change is what became of an item.
type Change struct {
	Key      string
	From, To string // values; "" where there was or is no such item
	Where    string
	Since    time.Time // zero: not known
}

// HasChecks is a Plugin that looks at something from time to time.
type HasChecks interface {
	Checks() []Check
}

// Check is work that is done on a schedule, by one replica at a time.
type Check struct {
	Name    string        // unique in the plugin, as View.Name
	Every   time.Duration // at least MinEvery
	Timeout time.Duration // zero: a minute; at most MaxCheck
	Run     func(ctx context.Context) error
}

// The bounds of checks.
const (
	MinEvery = 10 * time.Second
	MaxCheck = 30 * time.Minute
)

// HasWebhook is a Plugin that its vendor calls, at POST /webhooks/ and its name.
type HasWebhook interface {
	// Verify judges who calls, from the raw delivery alone, and returns the delivery's id, which tells repeats apart.
	// An error of kind Forbidden is answered with 401, of kind Invalid with 400. It must not block.
	Verify(d Delivery) (id string, err error)
	// Receive does what a verified delivery asks for, behind the answer to it. One whose id was received is not
	// received again for a day; after a crash or an error it may be, and deliveries may come in any order.
	Receive(ctx context.Context, d Delivery) error
}

// MaxDelivery bounds the body of a webhook, in bytes.
const MaxDelivery = 512 << 10

// Delivery is one call of a webhook.
type Delivery struct {
	Header http.Header
	Body   []byte
	At     time.Time // when it arrived
}
