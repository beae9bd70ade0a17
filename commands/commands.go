// Package commands answers questions: one file a command. A command reads the catalog through a search.View, asks
// the capability interfaces of plugins, and builds a card. It is the only place where the domain meets the card.
package commands

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Deps is what the commands need. Only View is required.
type Deps struct {
	// View returns the catalog as a viewer may see it now. It must be cheap: it is called for every question.
	View func(catalog.Viewer) search.View
	// Plugins are the sources of on-call, builds, audits and radar. A nil one is not connected, and answers say so.
	Plugins plugins.Capabilities
	// Links says where entities, docs and the radar can be looked at.
	Links Links
	// Picture is the address of a picture of the whole radar that chat platforms can show, "" for none; nil: there are none.
	Picture func(context.Context, lang.Lang) string
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Technologies are the well-known ones; nil: inventory.Builtin.
	Technologies *inventory.Table
	// Lexicon is what a company adds to the language: phrases and terms from its configuration and its plugins.
	Lexicon understand.Vocabulary

	// Viewer, Asker and Bound say on whose behalf an event is answered, which User that is, and which entity the
	// event's channel is bound to. They must not block. Nil: everybody sees everything, nobody is known, nothing is bound.
	Viewer func(*bot.Event) catalog.Viewer
	Asker  func(*bot.Event) catalog.Ref
	Bound  func(*bot.Event) catalog.Ref

	// Refresher reads sources again on demand, Locations keeps those that were registered, and Registrar tries those
	// that are about to be. Nil: the commands that need them are absent.
	Refresher Refresher
	Locations catalog.Locations
	Registrar Registrar
	// Tasks does long work that goes on without the process that began it; nil: such work is waited for, and locations
	// are not registered.
	Tasks Tasks
	// Bindings keeps which entity a channel is about; nil: channels cannot be bound. Bound wins over it.
	Bindings Bindings
	// At says on whose behalf a place is read, for what is posted there; nil: everything may be seen everywhere.
	At func(bot.Address) catalog.Viewer
	// Messenger posts what is not an answer; nil: nothing is posted, and what needs it is not offered.
	Messenger Messenger
	// Subscriptions has places told of changes; nil: the commands for it are absent.
	Subscriptions *Subscriptions
	// Feedback keeps what people say about answers, and Corrector proposes what would be right; nil: nobody is asked,
	// and corrections are only described.
	Feedback  Feedback
	Corrector Corrector
	// Post hands a message that nobody asked for to the outbox; nil: none is sent.
	Post func(context.Context, bot.Post) error
	// Scaffold makes new things from templates, as tasks that Proposals begins; nil: templates are named, and cannot be
	// run from here. Tasks is needed with it.
	Scaffold  *Scaffolding
	Proposals Proposals
	// PageEvery is how often it is looked whether a page is acknowledged; zero: every ten seconds.
	PageEvery time.Duration
	// Runs knows the recent work of people, for the home page; nil: it shows none.
	Runs Runs
	// Views are what plugins show; nil: nothing.
	Views *plugins.Runner
	// May says whether the actor of an event may do something with an entity. It must not block. Nil: everybody may.
	May func(*bot.Event, Act, catalog.Ref) bool
}

// Act is something that a permission is needed for.
type Act string

// The acts of the commands.
const (
	ActRefresh    Act = "refresh"      // read an entity's source again
	ActRegister   Act = "register"     // add a location; it concerns no entity yet
	ActUnregister Act = "unregister"   // remove a registered location
	ActBind       Act = "bind"         // say what a channel is about
	ActSubscribe  Act = "subscribe"    // have a channel or oneself told of changes
	ActStop       Act = "stop"         // end long work that somebody else began
	ActFeedback   Act = "feedback.all" // read what others say about answers
	ActDismiss    Act = "dismiss"      // end a dispute about an entity of somebody else
)

func (c *Commands) may(ev *bot.Event, act Act, ref catalog.Ref) bool {
	return c.deps.May == nil || c.deps.May(ev, act, ref)
}

// Commands answers questions. It is safe for concurrent use.
type Commands struct {
	deps  Deps
	links Links
	cap   plugins.Capabilities
	table map[understand.Intent]func(*talk)

	kept       atomic.Bool // Keep runs
	everything tongue      // of those who may see everything
	tongues    tongues     // of the others

	docs    atomic.Uint64 // how often documentation changed
	answers answers       // of the last seconds

	figures atomic.Pointer[overview]   // of the data's problems
	filed   atomic.Pointer[ownedFiles] // that have problems
	plans   plans                      // that people look at

	gathered gathered // what changed around things

	facts atomic.Pointer[factBook] // the language of questions about everything
}

// New returns the commands.
func New(d Deps) *Commands {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Technologies == nil {
		d.Technologies = inventory.Builtin()
	}
	c := &Commands{deps: d, links: d.Links, cap: plugins.New(d.Plugins), table: intents()}
	if d.Feedback != nil {
		c.deps.Feedback = heard{d.Feedback, &c.answers}
	}
	return c
}

// intents maps what a question may want to the command that answers it.
func intents() map[understand.Intent]func(*talk) {
	return map[understand.Intent]func(*talk){
		understand.Owner:        each((*talk).owner),
		understand.API:          each((*talk).api),
		understand.Version:      (*talk).version,
		understand.OnCall:       (*talk).onCall,
		understand.Docs:         (*talk).docs,
		understand.Dependents:   each((*talk).dependents),
		understand.Dependencies: each((*talk).dependencies),
		understand.OwnedBy:      (*talk).ownedBy,
		understand.Members:      (*talk).members,
		understand.Lifecycle:    each((*talk).lifecycle),
		understand.Show:         each((*talk).show),
		understand.Builds:       each((*talk).builds),
		understand.Lighthouse:   each((*talk).lighthouse),
		understand.Radar:        (*talk).radar,
		understand.Scaffold:     (*talk).scaffold,
		understand.Search:       (*talk).search,
		understand.Help:         (*talk).help,
		understand.Smalltalk:    (*talk).smalltalk,
		understand.None:         (*talk).refuse,
		intentProblems:          (*talk).problems,
		intentMade:              (*talk).made,
		intentChanges:           (*talk).changed,
		intentFacts:             (*talk).facts,
		intentRank:              (*talk).rank,
		intentSubscribe:         (*talk).nowhere,
		intentUnsubscribe:       (*talk).nowhere,
		intentSubscriptions:     (*talk).nowhere,
	}
}

// Question is a question in a person's own words and the situation it is asked in.
type Question struct {
	Text    string
	Lang    lang.Lang         // of the question; "" to guess it from the text
	Channel string            // name of the channel, may be empty
	About   string            // what the channel says it is about, may be empty
	Thread  []understand.Turn // what was said before, oldest first
	Asker   catalog.Ref       // the User who asks; zero when not known
	Bound   catalog.Ref       // the entity the channel is bound to; zero for none
	Viewer  catalog.Viewer
	Zone    *time.Location // the asker's time zone; nil when not known
	Now     time.Time      // the time answers speak of; zero: the clock
	Full    bool           // every row of every list; otherwise lists are cut for a chat
	Private bool           // only the asker sees the answer: it can be shared
	Explain bool           // say in the reading how it came about

	at     bot.Address // where it is asked; zero outside of conversations
	waited bool        // for the cards of plugins: what has not come is late
	// inWords marks a question in somebody's words, whose intents are closed: those of sub-commands go by another one.
	inWords bool
	// said marks one that came as an event: what it asks to be done is done, instead of answered.
	said   bool
	memory []bot.Turn // instead of Thread, as an event carries it: most questions never look at it
}

// Ask answers a question. It does not wait for a network: everything comes from memory.
func (c *Commands) Ask(ctx context.Context, q Question) (bot.Answer, card.Message) {
	q.inWords = true
	g := c.given(ctx, q)
	return g.answer, g.message
}

// given answers a question from memory, and says what of the answer is worth asking for again.
func (c *Commands) given(ctx context.Context, q Question) given {
	view := c.deps.View(q.Viewer)
	if q.Now.IsZero() {
		q.Now = c.deps.Now()
	}
	if g, ok := c.lately(&q); ok {
		return g
	}
	as, here, common := answerKeys(&q)
	r := c.read(ctx, view, q)
	if !common || !r.Alone {
		return c.give(ctx, view, q, r)
	}
	if r.Intent == understand.OnCall || r.Intent == understand.Scaffold { // what one can do depends on where one is
		as = here
	}
	g := c.give(ctx, view, q, r)
	if len(g.pending) == 0 {
		c.answers.put(view.Generation(), q.Now, as, answered{answer: g.answer, message: g.message, reading: r})
	}
	return g
}

// give answers a question that is understood.
func (c *Commands) give(ctx context.Context, view search.View, q Question, r understand.Reading) given {
	t := c.talk(ctx, view, q, r)
	t.run()
	a, m := t.finish()
	if q.inWords {
		a, m = asked(a, m)
	}
	return given{a, m, r, t.pending}
}

// asked is the answer to a question. The intents of questions are closed: one about the data itself is a search.
func asked(a bot.Answer, m card.Message) (bot.Answer, card.Message) {
	switch understand.Intent(a.Intent) {
	case intentProblems, intentMade, intentFacts, intentRank:
		a.Intent = string(understand.Search)
	case intentChanges:
		a.Intent = string(understand.Show)
	case intentSubscribe, intentUnsubscribe, intentSubscriptions: // they do something, and only in a chat
		a.Intent, a.Outcome, a.Entities, a.Candidates = string(understand.None), bot.Refused, nil, nil
	}
	return a, m
}

// Read returns what a question is understood to mean, for explaining an answer.
func (c *Commands) Read(ctx context.Context, q Question) understand.Reading {
	return c.read(ctx, c.deps.View(q.Viewer), q)
}

// Answer answers a question that is already understood.
func (c *Commands) Answer(ctx context.Context, q Question, r understand.Reading) (bot.Answer, card.Message) {
	return c.answer(ctx, c.deps.View(q.Viewer), q, r)
}

func (c *Commands) read(ctx context.Context, view search.View, q Question) understand.Reading {
	reader, fresh := c.tongueOf(q.Viewer).current(ctx, c)
	key, common := keyOf(&q)
	if common {
		if r, ok := reader.readings.get(key); ok {
			return r
		}
	}
	if r, ok := aboutData(q); ok {
		return r
	}
	if r, ok := aboutMade(view, q); ok {
		return r
	}
	if r, ok := c.aboutRadar(ctx, q); ok {
		return r
	}
	if r, ok := c.aboutSubscriptions(ctx, view, q); ok {
		return r
	}
	if r, ok := c.aboutFacts(view, q); ok {
		return r
	}
	if r, ok := c.aboutRank(view, q); ok {
		return r
	}
	if r, ok := c.aboutChanges(ctx, view, q); ok {
		return r
	}
	if len(q.memory) > 0 {
		q.Thread = turns(q.memory)
	}
	q.Thread = seenTurns(view, q.Viewer, q.Thread)
	r := reader.understand.Understand(view, understand.Question{
		Text: q.Text, Lang: q.Lang, Channel: q.Channel, About: q.About, Thread: q.Thread, Bound: q.Bound, Explain: q.Explain,
	})
	r = c.aboutLastTime(ctx, view, q, aboutOwn(view, q, r))
	if common && r.Alone {
		reader.readings.put(key, r)
	}
	if !fresh {
		late(view, &r)
	}
	return r
}

func (c *Commands) answer(ctx context.Context, view search.View, q Question, r understand.Reading) (bot.Answer, card.Message) {
	t := c.talk(ctx, view, q, r)
	t.run()
	return t.finish()
}
