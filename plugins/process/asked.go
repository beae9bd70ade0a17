package process

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The bounds of what a plugin asks back.
const (
	askTime     = plugins.MaxTimeout // of one request to an upstream
	maxEntities = 200                // of one page
	maxLogged   = 2000               // bytes of one line
)

// asked answers what the plugin asks of the program.
func (r *remote) asked(ctx context.Context, method string, params json.RawMessage) (any, error) {
	h := r.host.Load()
	if h == nil {
		return nil, fault.New(fault.Invalid, "a plugin asks nothing before it is started")
	}
	if method == methodTurnTake { // which has a time of its own
		return nil, r.turn(ctx, h, method, params)
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	switch method {
	case methodRequest:
		return r.request(ctx, h, params)
	case methodFacts:
		return nil, r.write(ctx, h, params)
	case methodFactsOf, methodEntity, methodChanged:
		return r.about(h, method, params)
	case methodEntities:
		return r.entities(h, params)
	case methodKept, methodKeep:
		return r.kept(ctx, h, method, params)
	case methodTurnDone:
		return nil, r.turn(ctx, h, method, params)
	case methodLog:
		var p logParams
		if err := decode(params, &p); err != nil {
			return nil, err
		}
		logTo(h.Log, p.Level, p.Message)
		return nil, nil
	}
	return nil, &wireError{Code: codeNoMethod, Message: "there is no method " + method}
}

// logTo writes a line of a plugin to the log.
func logTo(log *slog.Logger, level, text string) {
	if len(text) > maxLogged {
		text = text[:maxLogged] + "…"
	}
	at := slog.LevelInfo
	switch level {
	case "debug":
		at = slog.LevelDebug
	case "warn":
		at = slog.LevelWarn
	case "error":
		at = slog.LevelError
	}
	log.Log(context.Background(), at, text)
}

func (r *remote) request(ctx context.Context, h *plugins.Host, params json.RawMessage) (any, error) {
	var p requestParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	up, err := h.Upstream(p.Upstream)
	if err != nil {
		return nil, err
	}
	resp, err := up.Do(ctx, outbound.Request{Method: p.Method, URL: p.URL, Header: p.Header, Body: p.Body})
	if err != nil {
		return nil, err
	}
	return responseWire{resp.Status, resp.Header, resp.Body, resp.At}, nil
}

func (r *remote) write(ctx context.Context, h *plugins.Host, params json.RawMessage) error {
	var p factsParams
	if err := decode(params, &p); err != nil {
		return err
	}
	about, err := refsOf(p.About)
	if err != nil {
		return err
	}
	var facts []catalog.Fact
	for _, f := range p.Facts {
		ref, err := refsOf([]string{f.Entity})
		if err != nil {
			return err
		}
		if !slices.Contains(about, ref[0]) {
			return fault.New(fault.Invalid, "a fact is about %s, which is none of those that are written about", f.Entity)
		}
		if f.AsOf.IsZero() || f.AsOf.After(h.Now()) {
			f.AsOf = h.Now()
		}
		facts = append(facts, catalog.Fact{Entity: ref[0], Key: f.Key, Value: f.Value, Source: f.Source, AsOf: f.AsOf})
	}
	return h.Facts.Write(ctx, about, facts)
}

// about answers what concerns one entity.
func (r *remote) about(h *plugins.Host, method string, params json.RawMessage) (any, error) {
	var p refParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	refs, err := refsOf([]string{p.Ref})
	if err != nil {
		return nil, err
	}
	switch method {
	case methodChanged:
		h.Changed(refs[0])
		return nil, nil
	case methodFactsOf:
		out := []factWire{}
		for _, f := range h.Facts.Of(refs[0]) {
			out = append(out, factOf(f))
		}
		return out, nil
	}
	e, ok := h.Catalog.Entity(refs[0])
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no %s", refs[0])
	}
	return e.Document.JSON(), nil
}

// entities lists descriptors, a page at a time, by reference.
func (r *remote) entities(h *plugins.Host, params json.RawMessage) (any, error) {
	var p entitiesParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	type found struct {
		ref string
		e   *catalog.Entity
	}
	var all []found
	for e := range h.Catalog.Entities() {
		if ref := e.Ref.String(); ref > p.After && p.fits(e) {
			all = append(all, found{ref, e})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if a.ref < b.ref {
			return -1
		}
		return 1
	})
	out := entitiesResult{Entities: []json.RawMessage{}}
	size := 0
	for i, f := range all {
		doc := f.e.Document.JSON()
		if size += len(doc); i >= maxEntities || size > maxLine/2 {
			break
		}
		out.Entities = append(out.Entities, doc)
		if i < len(all)-1 {
			out.After = f.ref
		} else {
			out.After = ""
		}
	}
	return out, nil
}

func (r *remote) kept(ctx context.Context, h *plugins.Host, method string, params json.RawMessage) (any, error) {
	var p keptParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	if method == methodKeep {
		at := p.At
		if at.IsZero() {
			at = h.Now()
		}
		return nil, h.Keep.Keep(ctx, p.Name, plugins.Kept{State: p.State, At: at})
	}
	k, err := h.Keep.Kept(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return keptParams{p.Name, k.State, k.At.Round(time.Microsecond)}, nil
}
