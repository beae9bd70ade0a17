package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The jobs of plugins.
const (
	jobPluginTick  = "plugin.tick"  // asks for the checks that are due
	jobPluginCheck = "plugin.check" // one check of one plugin
	jobPluginHook  = "plugin.hook"  // one delivery of a webhook
	jobPluginCards = "plugin.cards" // forgets old cards
)

const (
	pluginTick   = 10 * time.Second
	pluginVerify = 2 * time.Second
	pluginHook   = time.Minute
	cardsKeep    = 30 * 24 * time.Hour
)

// checkRequest names a check.
type checkRequest struct{ Plugin, Check string }

// hookRequest is a delivery that was verified.
type hookRequest struct {
	Plugin   string
	ID       string
	Delivery plugins.Delivery
}

// pluginJobs are the scheduled checks and the deliveries of plugins.
func (s *service) pluginJobs() (map[string]job.Kind, []job.Periodic) {
	kinds := map[string]job.Kind{
		jobPluginTick:  {Handler: s.pluginTick},
		jobPluginCheck: {Handler: s.pluginCheck, Timeout: plugins.MaxCheck + pluginEnd, Concurrency: 4},
		jobPluginHook:  {Handler: s.pluginDelivery, Timeout: pluginHook + pluginEnd, Concurrency: 8},
	}
	periodic := []job.Periodic{{Name: jobPluginTick, Every: pluginTick, Request: job.Request{Kind: jobPluginTick, Attempts: 1}}}
	if s.base.db != nil {
		cards := s.base.db.PluginCards()
		kinds[jobPluginCards] = job.Kind{Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) {
			_, err := cards.Sweep(ctx, time.Now().Add(-cardsKeep))
			return nil, err
		}}
		periodic = append(periodic, job.Periodic{Name: jobPluginCards, Every: time.Hour, Request: job.Request{Kind: jobPluginCards}})
	}
	return kinds, periodic
}

// pluginTick asks for every check that was not begun for as long as it wishes.
func (s *service) pluginTick(ctx context.Context, _ job.Job) (json.RawMessage, error) {
	if !s.ready.Load() { // plugins look at the catalog
		return nil, nil
	}
	for _, e := range s.plug.registry.All() {
		for _, c := range e.Checks {
			last, err := s.plug.keep.Kept(ctx, checkName(e.About.Name, c.Name))
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if time.Since(last.At) < c.Every {
				continue
			}
			payload, err := json.Marshal(checkRequest{e.About.Name, c.Name})
			if err != nil {
				return nil, err
			}
			r := job.Request{Kind: jobPluginCheck, Key: e.About.Name + "/" + c.Name, Tenant: e.About.Name, Payload: payload, Attempts: 1}
			if _, _, err := s.queue.Add(ctx, r); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

func checkName(plugin, check string) string { return "check/" + plugin + "/" + check }

// pluginCheck runs one check. What it fails with is its plugin's trouble, not the queue's.
func (s *service) pluginCheck(ctx context.Context, j job.Job) (json.RawMessage, error) {
	var r checkRequest
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return nil, job.Permanent(err)
	}
	for _, c := range s.plug.check(r) {
		if err := s.plug.keep.Keep(ctx, checkName(r.Plugin, r.Check), plugins.Kept{State: json.RawMessage("{}"), At: time.Now()}); err != nil {
			return nil, err
		}
		wait := c.Timeout
		if wait <= 0 {
			wait = time.Minute
		}
		_, err := plugins.Call(ctx, s.plug.gates, r.Plugin, "check "+c.Name, min(wait, plugins.MaxCheck), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, c.Run(ctx)
		})
		s.plug.note(r.Plugin+" "+c.Name, err)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("a check of a plugin failed", "plugin", r.Plugin, "check", c.Name, "err", err)
		}
	}
	return nil, nil
}

// check is the check of a name, none where it is gone.
func (p *plugged) check(r checkRequest) []plugins.Check {
	if e := p.registry.Get(r.Plugin); e != nil {
		for _, c := range e.Checks {
			if c.Name == r.Check {
				return []plugins.Check{c}
			}
		}
	}
	return nil
}

// pluginDelivery has a plugin receive what its vendor sent. A delivery that was received is not received again.
func (s *service) pluginDelivery(ctx context.Context, j job.Job) (json.RawMessage, error) {
	var r hookRequest
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return nil, job.Permanent(err)
	}
	e := s.plug.registry.Get(r.Plugin)
	if e == nil {
		return nil, nil
	}
	hook, ok := e.Plugin.(plugins.HasWebhook)
	if !ok {
		return nil, nil
	}
	fresh, err := s.inbox.Put(ctx, "hook:"+r.Plugin+":"+r.ID, time.Now())
	if err != nil {
		return nil, err
	}
	if !fresh && j.Attempt == 1 {
		return nil, nil
	}
	_, err = plugins.Call(ctx, s.plug.gates, r.Plugin, "webhook", pluginHook, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, hook.Receive(ctx, r.Delivery)
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return nil, job.Permanent(err)
	}
	return nil, err
}

// webhook is POST /webhooks/{plugin}.
func (s *service) webhook(w http.ResponseWriter, r *http.Request) {
	s.deliver(w, r, chi.URLParam(r, "plugin"))
}

// deliver verifies a delivery and has it received behind the answer.
func (s *service) deliver(w http.ResponseWriter, r *http.Request, name string) {
	e := s.plug.registry.Get(name)
	if e == nil {
		http.NotFound(w, r)
		return
	}
	hook, ok := e.Plugin.(plugins.HasWebhook)
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, plugins.MaxDelivery))
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the body cannot be read", status)
		return
	}
	d := plugins.Delivery{Header: withoutSecrets(r.Header), Body: body, At: time.Now()}
	id, err := plugins.Call(r.Context(), s.plug.gates, name, "verify", pluginVerify, func(context.Context) (string, error) {
		return hook.Verify(plugins.Delivery{Header: r.Header, Body: body, At: d.At})
	})
	switch {
	case fault.Is(err, fault.Invalid):
		http.Error(w, "it is not understood", http.StatusBadRequest)
		return
	case fault.Is(err, fault.Forbidden):
		http.Error(w, "the signature is not right", http.StatusUnauthorized)
		return
	case err != nil:
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	if len(id) > 200 {
		id = id[:200]
	}
	payload, err := json.Marshal(hookRequest{name, id, d})
	if err == nil {
		_, _, err = s.queue.Add(r.Context(), job.Request{Kind: jobPluginHook, Key: name + ":" + id, Tenant: name, Payload: payload})
	}
	if err != nil {
		s.log.Warn("a delivery could not be kept", "plugin", name, "err", err)
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// withoutSecrets are the headers of a delivery as they are kept: what lets somebody in is not.
func withoutSecrets(h http.Header) http.Header {
	out := h.Clone()
	for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
		out.Del(name)
	}
	return out
}

// troubles are what is wrong with plugins, by part.
type troubles struct {
	mu sync.Mutex
	by map[string]error
}

// note remembers what is wrong with a part, or that nothing is any more.
func (p *plugged) note(name string, err error) {
	p.sick.mu.Lock()
	defer p.sick.mu.Unlock()
	if err == nil {
		delete(p.sick.by, name)
		return
	}
	if p.sick.by == nil {
		p.sick.by = map[string]error{}
	}
	p.sick.by[name] = err
}
