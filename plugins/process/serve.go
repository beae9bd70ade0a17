package process

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// ServeOptions configure Serve.
type ServeOptions struct {
	// New makes the plugin from its configuration, which is JSON. What is wrong with that is an error of kind Invalid.
	New func(config json.RawMessage) (plugins.Plugin, error)
	In  io.Reader // standard input
	Out io.Writer // standard output, on which nothing else may be written
}

// Serve offers a plugin to the program that started this one, until that closes the conversation or ctx is done. A main
// that consists of this call is a process plugin:
//
//	err := process.Serve(ctx, process.ServeOptions{New: mine.New, In: os.Stdin, Out: os.Stdout})
func Serve(ctx context.Context, o ServeOptions) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &server{o: o, ctx: ctx, stop: stop}
	s.conn = newConn(o.Out, s.handle)
	err := s.conn.run(ctx, o.In)
	if s.entry != nil {
		if c, ok := s.entry.Plugin.(plugins.Closer); ok {
			err = errors.Join(err, c.Close())
		}
	}
	return err
}

// server is the plugin's side.
type server struct {
	o    ServeOptions
	ctx  context.Context // of everything
	stop context.CancelFunc
	conn *conn

	turns farTurns

	mu    sync.Mutex
	entry *plugins.Entry
}

func (s *server) handle(ctx context.Context, method string, params json.RawMessage) (any, error) {
	switch method {
	case methodInitialize:
		return s.initialize(params)
	case methodPing:
		return nil, nil
	case methodShutdown:
		s.stop()
		return nil, nil
	case methodTurnWaits, methodTurnLost:
		return nil, s.turns.told(method, params)
	}
	s.mu.Lock()
	e := s.entry
	s.mu.Unlock()
	if e == nil {
		return nil, fault.New(fault.Invalid, "initialize comes first")
	}
	switch method {
	case methodStart:
		return nil, s.start(e, params)
	case methodView, methodOperation:
		return s.card(ctx, e, method, params)
	case methodCheck:
		return nil, s.check(ctx, e, params)
	case methodVerify, methodReceive:
		return s.hook(ctx, e, method, params)
	case methodPage:
		return s.page(ctx, e, params)
	case methodPlan, methodApply:
		return s.action(ctx, e, method, params)
	case methodOptions, methodProblem:
		return s.field(ctx, e, method, params)
	}
	return nil, &wireError{Code: codeNoMethod, Message: "there is no method " + method}
}

func (s *server) initialize(params json.RawMessage) (any, error) {
	var h hello
	if err := decode(params, &h); err != nil {
		return nil, err
	}
	if !slices.Contains(h.Versions, plugins.API) {
		return nil, fault.New(fault.Invalid, "this plugin speaks version %d of the contract, the program %v", plugins.API, h.Versions)
	}
	p, err := s.o.New(h.Config)
	if err != nil {
		return nil, err
	}
	e, err := plugins.NewEntry(p)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.entry = e
	s.mu.Unlock()
	return declare(e), nil
}

// declare is an entry as it travels.
func declare(e *plugins.Entry) declaration {
	a := e.About
	d := declaration{Version: a.API, About: about{a.Name, a.Title, a.Description, a.Version}}
	for _, v := range e.Views {
		w := viewDecl{
			Name: v.Name, Title: words(v.Title), Command: v.Command, Answers: v.Answers, Card: v.Card, Fleet: v.Fleet,
			Fresh: secondsOf(v.Fresh), Timeout: secondsOf(v.Timeout),
		}
		if m, ok := e.Plugin.(Matcher); ok && !v.Fleet {
			w.Match = (*match)(m.Match(v.Name))
		}
		for _, p := range v.Phrases {
			w.Phrases = append(w.Phrases, phraseDecl(p))
		}
		d.Views = append(d.Views, w)
	}
	for _, o := range e.Operations {
		d.Operations = append(d.Operations, operationDecl{o.Name, words(o.Title), words(o.Confirm), secondsOf(o.Timeout)})
	}
	for _, t := range e.Topics {
		d.Topics = append(d.Topics, topicDecl{Name: t.Name, Title: words(t.Title)})
	}
	for _, c := range e.Checks {
		d.Checks = append(d.Checks, checkDecl{c.Name, secondsOf(c.Every), secondsOf(c.Timeout)})
	}
	for _, x := range e.Actions {
		d.Actions = append(d.Actions, actionDecl{x.ID, x.Description, x.Input, x.Output})
	}
	for _, f := range e.Fields {
		d.Fields = append(d.Fields, fieldDecl{f.Name, f.Options != nil, f.Check != nil})
	}
	for _, m := range e.Measures {
		d.Measures = append(d.Measures, measureDecl{m.Name, m.Fact, words(m.Title), m.Words, m.Good, m.Bad, m.Number, m.Broken})
	}
	_, d.Webhook = e.Plugin.(plugins.HasWebhook)
	_, d.Pages = e.Plugin.(plugins.HasPages)
	return d
}

// Match says which entities a view is about, in words that travel: a View.Has cannot be asked from another process for
// every entity. All that is given must hold.
type Match struct {
	Annotations []string `json:"annotations,omitempty"` // any of them
	Kinds       []string `json:"kinds,omitempty"`       // any of them
	Types       []string `json:"types,omitempty"`       // any of them
}

// Matcher is a Plugin that says which entities its views are about. Without it they are about all, and Show returns an
// empty card for those that they are not about.
type Matcher interface {
	// Match returns that of a view, nil for every entity.
	Match(view string) *Match
}

func (s *server) start(e *plugins.Entry, params json.RawMessage) error {
	var p startParams
	if err := decode(params, &p); err != nil {
		return err
	}
	starter, ok := e.Plugin.(plugins.Starter)
	if !ok {
		return nil
	}
	return starter.Start(s.ctx, s.host(p.BaseURL))
}

// host is what the plugin is given: all of it asks the program.
func (s *server) host(base string) plugins.Host {
	far := farHost{s}
	return plugins.Host{
		Now: time.Now, Log: slog.New(farLog{s.conn}), BaseURL: base, Facts: far, Catalog: far, Keep: far, Turn: far.take,
		Upstream: func(name string) (plugins.Upstream, error) { return farUpstream{s, name}, nil },
		Changed:  func(ref catalog.Ref) { _ = s.conn.notify(methodChanged, refParams{ref.String()}) },
	}.Whole()
}

// entityOf makes an entity of a descriptor: what the document says, and nothing that only the catalog knows.
func entityOf(doc json.RawMessage) (*catalog.Entity, error) {
	if len(doc) == 0 || string(doc) == "null" {
		return nil, nil
	}
	var head struct {
		APIVersion, Kind string
		Metadata         struct {
			Name, Namespace, Title, Description string
			Tags                                []string
			Annotations, Labels                 map[string]string
			Links                               []catalog.Link
		}
		Spec struct{ Type, Lifecycle, Owner any }
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return nil, fault.New(fault.Invalid, "it is no descriptor: %v", err)
	}
	m := head.Metadata
	text := func(v any) string { s, _ := v.(string); return s }
	e := &catalog.Entity{
		Ref: catalog.MakeRef(head.Kind, m.Namespace, m.Name), APIVersion: head.APIVersion, Kind: head.Kind, Namespace: m.Namespace, Name: m.Name,
		Title: m.Title, Description: m.Description, Tags: m.Tags, Links: m.Links, Document: catalog.NewDocument(doc),
		Type: text(head.Spec.Type), Lifecycle: text(head.Spec.Lifecycle), Annotations: pairs(m.Annotations), Labels: pairs(m.Labels),
	}
	if owner, err := catalog.ParseRef(text(head.Spec.Owner), "group", m.Namespace); err == nil {
		e.Owner = owner
	}
	return e, nil
}

func pairs(m map[string]string) []catalog.Pair {
	var out []catalog.Pair
	for k, v := range m {
		out = append(out, catalog.Pair{Key: k, Value: v})
	}
	slices.SortFunc(out, func(a, b catalog.Pair) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return out
}

// farHost is the program as the plugin sees it.
type farHost struct{ s *server }

// wait bounds what has no context of its own.
const wait = 10 * time.Second

// Write implements plugins.Facts.
func (h farHost) Write(ctx context.Context, about []catalog.Ref, facts []catalog.Fact) error {
	p := factsParams{Facts: []factWire{}}
	for _, r := range about {
		p.About = append(p.About, r.String())
	}
	for _, f := range facts {
		p.Facts = append(p.Facts, factOf(f))
	}
	return h.s.conn.call(ctx, methodFacts, p, nil)
}

// Of implements plugins.Facts.
func (h farHost) Of(ref catalog.Ref) []catalog.Fact {
	ctx, cancel := context.WithTimeout(h.s.ctx, wait)
	defer cancel()
	var all []factWire
	if h.s.conn.call(ctx, methodFactsOf, refParams{ref.String()}, &all) != nil {
		return nil
	}
	var out []catalog.Fact
	for _, f := range all {
		out = append(out, catalog.Fact{Entity: ref, Key: f.Key, Value: f.Value, Source: f.Source, AsOf: f.AsOf})
	}
	return out
}

// Entity implements plugins.Catalog.
func (h farHost) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	ctx, cancel := context.WithTimeout(h.s.ctx, wait)
	defer cancel()
	var doc json.RawMessage
	if h.s.conn.call(ctx, methodEntity, refParams{ref.String()}, &doc) != nil {
		return nil, false
	}
	e, err := entityOf(doc)
	return e, err == nil && e != nil
}

// Entities implements plugins.Catalog.
func (h farHost) Entities() iter.Seq[*catalog.Entity] {
	return func(yield func(*catalog.Entity) bool) {
		after := ""
		for {
			ctx, cancel := context.WithTimeout(h.s.ctx, wait)
			var page entitiesResult
			err := h.s.conn.call(ctx, methodEntities, entitiesParams{After: after}, &page)
			cancel()
			if err != nil {
				return
			}
			for _, doc := range page.Entities {
				if e, err := entityOf(doc); err == nil && !yield(e) {
					return
				}
			}
			if after = page.After; after == "" {
				return
			}
		}
	}
}

// Kept implements plugins.Keeper.
func (h farHost) Kept(ctx context.Context, name string) (plugins.Kept, error) {
	var k keptParams
	err := h.s.conn.call(ctx, methodKept, nameParams{name}, &k)
	return plugins.Kept{State: k.State, At: k.At}, err
}

// Keep implements plugins.Keeper.
func (h farHost) Keep(ctx context.Context, name string, k plugins.Kept) error {
	return h.s.conn.call(ctx, methodKeep, keptParams{name, k.State, k.At}, nil)
}

type farUpstream struct {
	s    *server
	name string
}

// Do implements plugins.Upstream.
func (u farUpstream) Do(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	var w responseWire
	err := u.s.conn.call(ctx, methodRequest, requestParams{u.name, r.Method, r.URL, r.Header, r.Body}, &w)
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(r.URL) // of which messages speak; where it really is, the program knows
	if err != nil {
		at = &url.URL{Path: "/"}
	}
	return &outbound.Response{Status: w.Status, Header: w.Header, Body: w.Body, At: w.At, URL: at}, nil
}
