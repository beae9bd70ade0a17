package plugins

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// HasViews is a Plugin that shows something: cards on entities, answers to questions, sub-commands.
type HasViews interface {
	Views() []View
}

// View is one thing that a plugin shows, about an entity or about everything.
type View struct {
	Name  string // unique in the plugin: lower case letters, digits and dashes, at most 40
	Title Text   // what readers call it, for example "Builds"

	// Command is a sub-command of its own, "" for none. The built-in ones go before.
	Command string
	// Phrases are wordings that ask for it, beside the command.
	Phrases []Phrase
	// Answers names a built-in intent (a value of understand.Intent, such as "builds") to whose answers this view is
	// added, "" for none.
	Answers string
	// Card says that it is also shown on the page of an entity and below "show".
	Card bool
	// Fleet says that it is about everything: it is shown without an entity.
	Fleet bool

	// Has reports whether there is such a thing of an entity, from the entity and memory alone. It must not block.
	// nil: of every entity.
	Has func(e *catalog.Entity) bool
	// Show makes the card. It may ask upstreams until the deadline of ctx. A card without blocks says that there is
	// nothing to show.
	Show func(ctx context.Context, q Query) (Card, error)
	// Fresh is how long a card is as good as new; zero: DefaultFresh.
	Fresh time.Duration
	// Timeout is how long Show may take; zero: DefaultTimeout, at most MaxTimeout.
	Timeout time.Duration
}

// The rhythm of views.
const (
	DefaultFresh   = 2 * time.Minute
	DefaultTimeout = 10 * time.Second
	MaxTimeout     = 40 * time.Second
)

// Phrase is a wording that asks for a view, in the notation of the lexicon (handbook, "Asking questions"): words,
// (a|b) alternatives, ? for what may be missing, .. for a few words, @ for the entity.
type Phrase struct {
	Lang    lang.Lang
	Pattern string
}

// Query asks for a card.
type Query struct {
	Entity *catalog.Entity // nil for a view about everything
	Lang   lang.Lang
	Now    time.Time // the moment that answers speak of
}

// Card is what a view shows.
type Card struct {
	Message card.Message // in the language of the query
	Sources []bot.Source // where it comes from
	AsOf    time.Time    // when it was so; zero: when it was made
}

// Empty reports whether there is nothing to show.
func (c Card) Empty() bool { return len(c.Message.Blocks) == 0 }

// HasOperations is a Plugin that does something when somebody presses a button on one of its cards.
type HasOperations interface {
	Operations() []Operation
}

// IntentOperation is the name of the intent of a button that runs an operation. Its arguments are the operation's
// name and whatever Run is to be given; the program adds the plugin and the entity of the card.
const IntentOperation = "do"

// Operation has an effect outside of the chat. Whoever runs it needs the permission "run" for the entity, and is asked
// to confirm.
type Operation struct {
	Name    string // unique in the plugin, as View.Name
	Title   Text   // of the button and of the sentence that says that it was done, for example "Rerun"
	Confirm Text   // the question asked first; empty: the program's own
	// Run does it, once per Key: a second call with a key that was done returns what the first did.
	Run     func(ctx context.Context, o Order) (Card, error)
	Timeout time.Duration // zero: DefaultTimeout, at most MaxTimeout
}

// Order asks for an operation.
type Order struct {
	Query
	Args []string // of the button
	Key  string   // names this press; the same for a repeated delivery of it
	By   bot.Actor
}
