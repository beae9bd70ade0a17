// Package circleci is the plugin that knows builds of CircleCI: how the branches of an entity are, the step that failed
// with the end of what it wrote, how long builds take, their artifacts, and running them again. It is the example of a
// plugin that asks a third party through the proxy.
//
// It reads API v2, and v1.1 for the output of steps, which v2 does not tell. Webhooks of CircleCI bring news at once;
// without them projects are looked at from time to time.
package circleci

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// Name is the plugin's name, and that of its upstream and its webhook.
const Name = "circleci"

// DefaultAPI is where CircleCI is.
const DefaultAPI = "https://circleci.com"

// Config is what the plugin is told.
type Config struct {
	// Web is where pages of builds are; empty: app.circleci.com for CircleCI's own, else the address of the API.
	Web string
	// WebhookSecret is that of the webhooks of projects; "" refuses them.
	WebhookSecret string
	// Told says that CircleCI is not asked for anything: what its webhooks tell is all that is known.
	Told bool
	// Runs keeps what is known of builds; nil: until the process ends.
	Runs plugins.Runs
}

// Upstream is the way to CircleCI: at api, or where CircleCI is when that is empty, with a personal or project token.
func Upstream(api, token string) proxy.Config {
	if api == "" {
		api = DefaultAPI
	}
	api = strings.TrimRight(api, "/")
	c := proxy.Config{
		Name: Name, Target: api, Methods: []string{"GET", "POST"}, Paths: []string{"/api/v2/**", "/api/v1.1/**"},
		Elsewhere: []string{"*.amazonaws.com", "*.circleci.com"}, // signed addresses of the output of steps
		Private:   api != DefaultAPI,
	}
	if token != "" {
		c.Headers = map[string]string{"Circle-Token": token}
	}
	if u, err := url.Parse(api); err == nil {
		c.Elsewhere = append(c.Elsewhere, u.Host)
	}
	return c
}

// Plugin implements plugins.Plugin.
type Plugin struct {
	c     Config
	host  plugins.Host
	api   api
	board *plugins.Board

	mu       sync.Mutex
	branches map[string]string  // default branches by slug
	failures map[string]failure // by workflow; those of the past are forgotten at once when they are many
	index    slugIndex

	done   chan struct{} // closed when the follower has ended; nil before Start
	cancel context.CancelFunc
}

var (
	_ plugins.HasViews      = (*Plugin)(nil)
	_ plugins.HasOperations = (*Plugin)(nil)
	_ plugins.HasTopics     = (*Plugin)(nil)
	_ plugins.HasChecks     = (*Plugin)(nil)
	_ plugins.HasWebhook    = (*Plugin)(nil)
	_ plugins.HasHappenings = (*Plugin)(nil)
	_ plugins.HasMeasures   = (*Plugin)(nil)
	_ plugins.Starter       = (*Plugin)(nil)
	_ plugins.Prober        = (*Plugin)(nil)
	_ plugins.Closer        = (*Plugin)(nil)
)

// New returns the plugin.
func New(c Config) *Plugin {
	p := &Plugin{c: c, host: plugins.Host{}.Whole(), branches: map[string]string{}, failures: map[string]failure{}}
	p.ready(p.host)
	return p
}

// About implements plugins.Plugin.
func (p *Plugin) About() plugins.About {
	return plugins.About{Name: Name, Title: Title, Description: "Builds of CircleCI: their state, failures and times.", Version: "1", API: plugins.API}
}

func (p *Plugin) ready(h plugins.Host) {
	p.host = h
	store := p.c.Runs
	if store == nil {
		store = plugins.NewMemoryRuns(h.Now)
	}
	p.board = plugins.NewBoard(store, h.Now)
}

// followEvery is how often other replicas' news are looked for.
const followEvery = 10 * time.Second

// Start implements plugins.Starter.
func (p *Plugin) Start(ctx context.Context, h plugins.Host) error {
	var up plugins.Upstream
	if !p.c.Told {
		var err error
		if up, err = h.Upstream(Name); err != nil {
			return err
		}
	}
	p.ready(h)
	p.api = api{up}
	ctx, p.cancel = context.WithCancel(ctx)
	p.done = make(chan struct{})
	go p.follow(ctx)
	return nil
}

// follow keeps the board in step with other replicas until ctx is done.
func (p *Plugin) follow(ctx context.Context) {
	defer close(p.done)
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	well := true
	for {
		err := p.board.Follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if (err == nil) != well {
			well = err == nil
			p.host.Log.Info("runs of builds in the store", "readable", well, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
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

// Probe implements plugins.Prober.
func (p *Plugin) Probe(ctx context.Context) error {
	if p.c.Told {
		return nil
	}
	var me struct {
		Login string `json:"login"`
	}
	err := p.api.get(ctx, "/api/v2/me", "no-cache", &me)
	if fault.Is(err, fault.Forbidden) {
		return fault.New(fault.Forbidden, "CircleCI refuses the token: make a personal API token at User Settings > Personal API Tokens and set plugins.circleci.token")
	}
	return err
}

// runPage is where a workflow is shown.
func (p *Plugin) runPage(s Slug, number int64, workflow string) string {
	if number == 0 {
		return s.pages(p.web())
	}
	return s.pages(p.web()) + "/" + strconv.FormatInt(number, 10) + "/workflows/" + url.PathEscape(workflow)
}

func (p *Plugin) web() string {
	if p.c.Web != "" {
		return strings.TrimRight(p.c.Web, "/")
	}
	return "https://app.circleci.com"
}

// knownBranch is the default branch of a project as far as it was told before.
func (p *Plugin) knownBranch(ctx context.Context, s Slug) string {
	p.mu.Lock()
	b := p.branches[s.String()]
	p.mu.Unlock()
	if b != "" {
		return b
	}
	kept, err := p.host.Keep.Kept(ctx, "branch/"+s.String())
	if err != nil || p.host.Now().Sub(kept.At) > 24*time.Hour || json.Unmarshal(kept.State, &b) != nil || b == "" {
		return ""
	}
	p.remember(s, b)
	return b
}

func (p *Plugin) learnBranch(ctx context.Context, s Slug, branch string) {
	p.remember(s, branch)
	state, err := json.Marshal(branch)
	if err == nil {
		err = p.host.Keep.Keep(ctx, "branch/"+s.String(), plugins.Kept{State: state, At: p.host.Now()})
	}
	if err != nil {
		p.host.Log.Debug("a default branch is not kept", "project", s.String(), "err", err)
	}
}

// maxBranches bounds what is remembered of projects.
const maxBranches = 5000

func (p *Plugin) remember(s Slug, branch string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.branches) >= maxBranches {
		clear(p.branches)
	}
	p.branches[s.String()] = branch
}
