package main

import (
	"container/list"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// identity says which User of the catalog an actor is. What it is asked comes from memory: annotations and e-mail
// addresses from an index of the catalog's people, accounts from what the platforms have told, links from a cache that
// is filled in the background. It implements bot.Directory.
type identity struct {
	view     func(catalog.Viewer) search.View
	links    bot.Links
	accounts map[string]bot.Accounts // by platform
	mails    func(bot.Address) bool  // whether the e-mail addresses of a place can be believed
	log      *slog.Logger
	now      func() time.Time

	making sync.Mutex // held while people are indexed
	people atomic.Pointer[peopleAt]

	mu    sync.Mutex
	rows  map[bot.Actor]*list.Element // by actor without the name, which changes
	order *list.List                  // of *who, least recently used in front
	asked chan bot.Actor              // whose link is to be read
}

// peopleAt is the people of one state of the catalog.
type peopleAt struct {
	*access.People
	generation catalog.Generation
	made       time.Time     // when
	took       time.Duration // and how long that took
}

// who is what is known of an actor.
type who struct {
	actor bot.Actor
	at    bot.Address // where they were last
	bot.Account
	told bool      // the platform has said what it knows
	used time.Time // when the row was last moved to the back

	news    uint64      // of the platform when it was last asked
	settled bot.Address // where they were then

	link   bot.Link  // zero: none
	linked time.Time // when the link is to be read again; zero: it was never read
	edits  int       // of the link, as this process was told

	people     *peopleAt // what the rest was made from
	user       catalog.Ref
	principals []catalog.Ref
	how        bot.Proof
}

// The bounds of what is kept of actors.
const (
	maxActors   = 20_000
	maxAsked    = 1024
	actorUsed   = time.Minute      // uses within it count as one
	linkLives   = 10 * time.Minute // other replicas may link, too
	linkRetry   = 30 * time.Second
	linkTimeout = 5 * time.Second
)

func newIdentity(view func(catalog.Viewer) search.View, links bot.Links, mails func(bot.Address) bool, log *slog.Logger, now func() time.Time) *identity {
	return &identity{
		view: view, links: links, accounts: map[string]bot.Accounts{}, mails: mails, log: log, now: now,
		rows: map[bot.Actor]*list.Element{}, order: list.New(), asked: make(chan bot.Actor, maxAsked),
	}
}

// nameless is an actor as rows know it.
func nameless(a bot.Actor) bot.Actor {
	a.Name = ""
	return a
}

// of returns what is known of an actor at an address. It does not wait; what is missing is on its way.
func (i *identity) of(a bot.Actor, at bot.Address) (out who) {
	i.look(a, at, func(w *who) { out = *w })
	return out
}

// look calls f with what is known of an actor at an address, under the lock; not for nobody.
func (i *identity) look(a bot.Actor, at bot.Address, f func(*who)) {
	if a.ID == "" {
		return
	}
	if of, ok := fromChat(a); ok {
		a, at = of, bot.Address{Platform: of.Platform, Workspace: of.Workspace}
	}
	a = nameless(a)
	if i.due() { // the very first question is asked as soon as the catalog is there
		i.refresh()
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	el, ok := i.rows[a]
	if !ok {
		if i.order.Len() >= maxActors {
			old := i.order.Remove(i.order.Front()).(*who)
			delete(i.rows, old.actor)
		}
		el = i.order.PushBack(&who{actor: a})
		i.rows[a] = el
	}
	w, now := el.Value.(*who), i.now()
	w.at = at
	if now.Sub(w.used) > actorUsed {
		i.order.MoveToBack(el)
		w.used = now
	}
	if !now.Before(w.linked) {
		w.linked = now.Add(linkRetry)
		select {
		case i.asked <- a:
		default: // too many at once; this one is asked for later
		}
	}
	i.settle(w)
	f(w)
}

// settle brings a row up to date from memory.
func (i *identity) settle(w *who) {
	people := i.people.Load()
	accounts := i.accounts[w.actor.Platform]
	if people != nil && people == w.people && w.told && !w.Unsure {
		return
	}
	if source, ok := accounts.(bot.AccountsNews); ok {
		news := source.News()
		if people != nil && people == w.people && news == w.news && w.at == w.settled {
			return
		}
		w.news, w.settled = news, w.at
	}
	if accounts != nil {
		w.Account, w.told = accounts.Account(w.actor, w.at)
	} else {
		w.told = true
	}
	w.people, w.user, w.principals, w.how = people, catalog.Ref{}, nil, ""
	if people == nil {
		return
	}
	if ref, err := catalog.ParseRef(w.User, "user", ""); err == nil && people.Principals(ref) != nil {
		w.is(ref, bot.ByProvider)
		return
	}
	if accounts != nil {
		ids := w.IDs
		if w.Email != "" && i.believed(w) {
			ids = append(ids, w.Email)
		}
		if ref, ok := people.ByAnnotation(accounts.UserAnnotations(), ids); ok {
			w.is(ref, bot.ByAnnotation)
			return
		}
	}
	if ref, err := catalog.ParseRef(w.link.User, "user", ""); err == nil && people.Principals(ref) != nil {
		w.is(ref, bot.ByLink)
		return
	}
	if i.believed(w) {
		if ref, ok := people.ByMail(w.Email); ok {
			w.is(ref, bot.ByMail)
		}
	}
}

// believed reports whether somebody's e-mail address says who they are: not that of a guest, of somebody from another
// workspace, or where others than the staff's administrators give out addresses.
func (i *identity) believed(w *who) bool {
	return w.told && !w.Guest && !w.Unsure && w.actor.Workspace == w.at.Workspace && i.mails(w.at)
}

func (w *who) is(ref catalog.Ref, how bot.Proof) {
	w.user, w.how, w.principals = ref, how, w.people.Principals(ref)
}

// run reads links and keeps the index of people until ctx is done.
func (i *identity) run(ctx context.Context) error {
	var reader sync.WaitGroup
	reader.Go(func() { i.readLinks(ctx) })
	defer reader.Wait()
	for bot.Sleep(ctx, peopleEvery) {
		if i.due() {
			i.refresh()
		}
	}
	return nil
}

// The rhythm of indexing people.
const (
	peopleEvery = 200 * time.Millisecond
	peopleShare = 20 // a large company costs a twentieth of one processor at most
)

// due reports whether the catalog has changed since its people were indexed, and they may be indexed again.
func (i *identity) due() bool {
	now, last := i.view(catalog.Viewer{}).Generation(), i.people.Load()
	if now == 0 || last != nil && last.generation == now {
		return false
	}
	return last == nil || time.Since(last.made) >= peopleShare*last.took
}

// refresh indexes the catalog's people again when the catalog has changed.
func (i *identity) refresh() {
	i.making.Lock()
	defer i.making.Unlock()
	view := i.view(catalog.Viewer{})
	if last := i.people.Load(); view.Generation() == 0 || last != nil && last.generation == view.Generation() {
		return
	}
	start := time.Now()
	var annotations []string
	for _, a := range i.accounts {
		annotations = append(annotations, a.UserAnnotations()...)
	}
	people := access.NewPeople(view, view.Entities(search.Filter{Kinds: []string{"user"}}), annotations)
	i.people.Store(&peopleAt{people, view.Generation(), time.Now(), time.Since(start)})
}

func (i *identity) readLinks(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-i.asked:
			i.readLink(ctx, a)
		}
	}
}

func (i *identity) readLink(ctx context.Context, a bot.Actor) {
	ctx, cancel := context.WithTimeout(ctx, linkTimeout)
	defer cancel()
	before := i.row(a)
	link, err := i.links.Of(ctx, a)
	if err != nil && !fault.Is(err, fault.NotFound) {
		i.log.Debug("a link was not read", "err", err)
		return // what was known stays
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if el, ok := i.rows[nameless(a)]; ok {
		w := el.Value.(*who)
		if w.edits != before.edits { // what was read may be from before
			return
		}
		w.link, w.linked, w.people = link, i.now().Add(linkLives), nil
	}
}

// row is what is known of an actor now.
func (i *identity) row(a bot.Actor) who {
	i.mu.Lock()
	defer i.mu.Unlock()
	if el, ok := i.rows[nameless(a)]; ok {
		return *el.Value.(*who)
	}
	return who{}
}

// Changed implements bot.Directory.
func (i *identity) Changed(a bot.Actor) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if el, ok := i.rows[nameless(a)]; ok {
		w := el.Value.(*who)
		w.link, w.linked, w.people = bot.Link{}, time.Time{}, nil
		w.edits++
	}
}

// Profile implements bot.Directory.
func (i *identity) Profile(a bot.Actor) bot.Profile {
	at := bot.Address{Platform: a.Platform, Workspace: a.Workspace}
	if known := i.row(a); known.actor.ID != "" {
		at = known.at
	}
	w := i.of(a, at)
	p := bot.Profile{Guest: w.Guest, How: w.how}
	if w.user.IsZero() {
		return p
	}
	p.User, p.Name = w.user.String(), w.people.Name(w.user)
	view := i.view(catalog.Viewer{})
	for _, r := range view.Relations(w.user, "memberOf") {
		if g, ok := view.Entity(r.Target); ok {
			p.Teams = append(p.Teams, g.DisplayName())
		}
	}
	if w.how == bot.ByLink {
		p.Since = w.link.Since
	}
	return p
}

// asker is the User behind an event, for commands.Deps.
func (i *identity) asker(ev *bot.Event) (user catalog.Ref) {
	i.look(ev.Actor, ev.Address, func(w *who) { user = w.user })
	return user
}
