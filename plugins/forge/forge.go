// Package forge is the plugin of a host of code: open pull requests, releases, deployments, the runs of its own
// pipelines, and who must review what. It is made once for each kind of host, such as GitHub, from a plugins.Forge.
package forge

import (
	"context"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Kind says what is said differently for kinds of hosts.
type Kind struct {
	Name  string // of the plugin: "github"
	Title string // what readers call it: "GitHub"
	Noun  lang.Key
	Pulls lang.Key // title of the view of pull requests
	Topic string   // of broken builds
	About lang.Key // title of Topic
	// CI are annotations of other build services: an entity that has one is not asked for pipelines of this host.
	CI []string
	// Words are what people call its pipelines, beside "builds" and the like.
	Words []string
}

// Config is what the plugin is told.
type Config struct {
	Kind Kind
	// Forge asks the host, through the upstreams it is given.
	Forge func(h plugins.Host) (plugins.Forge, error)
	// Runs keeps what is known of runs; nil: until the process ends.
	Runs plugins.Runs
}

// Plugin implements plugins.Plugin.
type Plugin struct {
	c     Config
	host  plugins.Host
	forge plugins.Forge
	board *plugins.Board

	failed failures
	heard  chan string   // repositories of which a webhook told
	done   chan struct{} // closed when the follower has ended; nil before Start
	cancel context.CancelFunc
}

var (
	_ plugins.HasViews      = (*Plugin)(nil)
	_ plugins.HasTopics     = (*Plugin)(nil)
	_ plugins.HasChecks     = (*Plugin)(nil)
	_ plugins.HasHappenings = (*Plugin)(nil)
	_ plugins.HasMeasures   = (*Plugin)(nil)
	_ plugins.Starter       = (*Plugin)(nil)
	_ plugins.Closer        = (*Plugin)(nil)
)

// New returns the plugin. What is wrong with its way out is found by Start.
func New(c Config) *Plugin {
	p := &Plugin{c: c, heard: make(chan string, maxHeard)}
	p.ready(plugins.Host{}.Whole())
	return p
}

func (p *Plugin) ready(h plugins.Host) {
	p.host = h
	store := p.c.Runs
	if store == nil {
		store = plugins.NewMemoryRuns(h.Now)
	}
	p.board = plugins.NewBoard(store, h.Now)
}

// About implements plugins.Plugin.
func (p *Plugin) About() plugins.About {
	return plugins.About{
		Name: p.c.Kind.Name, Title: p.c.Kind.Title, Version: "1", API: plugins.API,
		Description: "Pull requests, releases, deployments, pipelines and code owners.",
	}
}

// followEvery is how often other replicas' news are looked for.
const followEvery = 10 * time.Second

// Start implements plugins.Starter.
func (p *Plugin) Start(ctx context.Context, h plugins.Host) error {
	f, err := p.c.Forge(h)
	if err != nil {
		return err
	}
	p.ready(h)
	p.forge = f
	ctx, p.cancel = context.WithCancel(ctx)
	p.done = make(chan struct{})
	go func() {
		defer close(p.done)
		tick := time.NewTicker(followEvery)
		defer tick.Stop()
		for {
			if err := p.board.Follow(ctx); err != nil && ctx.Err() == nil {
				p.host.Log.Debug("runs in the store are not readable", "err", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case name := <-p.heard:
				p.hear(ctx, name)
			}
		}
	}()
	return nil
}

// maxHeard bounds the webhooks that wait; what is beyond is found when it is the repository's turn.
const maxHeard = 100

// Heard has a repository looked at soon, because a webhook told that something happened there: "github.com/acme/pay".
func (p *Plugin) Heard(name string) {
	select {
	case p.heard <- strings.ToLower(name):
	default:
	}
}

// hear looks at a repository and tells how it is. Several webhooks about one are one look.
func (p *Plugin) hear(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, checkEvery)
	defer cancel()
	for full, r := range p.repositories() {
		if strings.ToLower(full) != name {
			continue
		}
		if _, looked := p.board.Of(p.c.Kind.Name, full); p.host.Now().Sub(looked) < freshLook {
			p.board.Looked(p.c.Kind.Name, full, p.host.Now().Add(-freshLook))
		}
		if err := p.tell(ctx, r.Repository, r.entities); err != nil && ctx.Err() == nil {
			p.host.Log.Info("a repository of which a webhook told cannot be read", "repository", full, "err", err)
		}
		return
	}
}

// Close implements plugins.Closer.
func (p *Plugin) Close() error {
	if p.done != nil {
		p.cancel()
		<-p.done
	}
	return nil
}

// of is the repository of an entity; false before Start and where it has none.
func (p *Plugin) of(e *catalog.Entity) (plugins.Repository, bool) {
	if p.forge == nil || e == nil {
		return plugins.Repository{}, false
	}
	return p.forge.Of(e)
}

// page is the making of one card.
type page struct {
	plugins.Query
	p    *Plugin
	repo plugins.Repository
}

func (g page) say(key lang.Key, args lang.Args) []card.Span { return card.Say(g.Lang, key, args) }

func (g page) text(key lang.Key, args lang.Args) string { return lang.Text(g.Lang, key, args) }

func (g page) age(t time.Time) string { return lang.Age(g.Lang, g.Now.Sub(t)) }

func (g page) name() card.Span { return card.S(g.repo.Path) }

// card is what is shown.
func (g page) card(blocks ...card.Block) plugins.Card {
	return plugins.Card{
		Message: card.Message{Lang: g.Lang, Blocks: blocks}, AsOf: g.p.host.Now(),
		Sources: []bot.Source{{Where: g.repo.URL, AsOf: g.p.host.Now()}},
	}
}

// show makes a view of what makes the blocks of a repository. One that the host does not know is said to be so.
func (p *Plugin) show(make func(context.Context, page) ([]card.Block, error)) func(context.Context, plugins.Query) (plugins.Card, error) {
	return func(ctx context.Context, q plugins.Query) (plugins.Card, error) {
		r, ok := p.of(q.Entity)
		if !ok {
			return plugins.Card{}, nil
		}
		g := page{q, p, r}
		blocks, err := make(ctx, g)
		if fault.Is(err, fault.NotFound) {
			blocks, err = []card.Block{card.Text{Spans: g.say(lang.RepoUnknown, lang.Args{"provider": p.c.Kind.Title, "repo": g.name()})}}, nil
		}
		if err != nil || len(blocks) == 0 {
			return plugins.Card{}, err
		}
		return g.card(blocks...), nil
	}
}
