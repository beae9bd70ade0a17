package backstage

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// The bounds of what a portal may send.
const (
	pageBytes = 128 << 20 // one answer, decompressed
	maxPages  = 20_000
	batchSize = 200 // entities fetched by reference at once
)

// thin are the fields that tell whether an entity changed.
const thin = "kind,metadata.namespace,metadata.name,metadata.etag"

// list calls take with every entity that the filter selects, as the portal sends it; with fields, parts of it only.
func (s *Source) list(ctx context.Context, fields string, take func(json.RawMessage) error) error {
	err := s.byQuery(ctx, fields, take)
	if fault.Is(err, fault.NotFound) {
		return s.byOffset(ctx, fields, take)
	}
	return err
}

// byQuery reads page by page with cursors.
func (s *Source) byQuery(ctx context.Context, fields string, take func(json.RawMessage) error) error {
	params := url.Values{"limit": {strconv.Itoa(s.opt.PageSize)}}
	if len(s.opt.Filter) > 0 {
		params["filter"] = s.opt.Filter
	}
	seen := map[string]bool{}
	got := tally{s: s, seen: map[catalog.Ref]bool{}}
	for {
		if fields != "" {
			params.Set("fields", fields)
		}
		var page struct {
			Items      *[]json.RawMessage `json:"items"`
			TotalItems int                `json:"totalItems"`
			PageInfo   struct {
				NextCursor string `json:"nextCursor"`
			} `json:"pageInfo"`
		}
		if err := s.get(ctx, "/api/catalog/entities/by-query", params, &page); err != nil {
			return err
		}
		if page.Items == nil {
			return s.odd("answers without a list of items")
		}
		if err := got.page(*page.Items, take); err != nil {
			return err
		}
		next := page.PageInfo.NextCursor
		switch {
		case next == "" && got.n < page.TotalItems-max(5, page.TotalItems/100):
			return s.odd("says that it has %d entities and sends %d", page.TotalItems, got.n)
		case next == "":
			return nil
		case seen[next] || len(seen) >= maxPages:
			return s.odd("sends the same cursor again, so that its pages have no end")
		}
		seen[next] = true
		params = url.Values{"limit": {strconv.Itoa(s.opt.PageSize)}, "cursor": {next}}
	}
}

// byOffset reads page by page from a portal that does not know by-query yet (Backstage before 1.10).
func (s *Source) byOffset(ctx context.Context, fields string, take func(json.RawMessage) error) error {
	got := tally{s: s, seen: map[catalog.Ref]bool{}}
	for offset := 0; ; {
		params := url.Values{"limit": {strconv.Itoa(s.opt.PageSize)}, "offset": {strconv.Itoa(offset)}}
		if len(s.opt.Filter) > 0 {
			params["filter"] = s.opt.Filter
		}
		if fields != "" {
			params.Set("fields", fields)
		}
		var items []json.RawMessage
		if err := s.get(ctx, "/api/catalog/entities", params, &items); err != nil {
			if fault.Is(err, fault.NotFound) {
				return fault.New(fault.NotFound, "there is no Backstage catalog below %s/api/catalog", s.base)
			}
			return err
		}
		if len(items) == 0 {
			return nil
		}
		if err := got.page(items, take); err != nil {
			return err
		}
		offset += len(items)
		if len(items) < s.opt.PageSize {
			return nil
		}
	}
}

// tally counts the entities that a portal lists, each once: one that sends a page twice has not sent the other.
type tally struct {
	s    *Source
	seen map[catalog.Ref]bool
	n    int // different ones
	idle int // pages in a row that brought nothing new
}

// page takes a page. Entities may move between pages while these are read, so that a few come twice.
func (t *tally) page(items []json.RawMessage, take func(json.RawMessage) error) error {
	const most = 3
	before := t.n
	for _, item := range items {
		var h head
		if json.Unmarshal(item, &h) != nil || h.Kind == "" || h.Metadata.Name == "" {
			t.n++ // whoever takes it says what is wrong
		} else if ref := h.ref(); !t.seen[ref] {
			t.seen[ref] = true
			t.n++
		}
		if t.n > t.s.opt.MaxEntities {
			return fault.New(fault.Invalid, "the portal %s has more than %d entities; narrow it with a filter", t.s.base, t.s.opt.MaxEntities)
		}
		if err := take(item); err != nil {
			return err
		}
	}
	if t.idle++; t.n > before {
		t.idle = 0
	}
	if t.idle > most {
		return t.s.odd("sends page after page without anything new, so that its pages have no end")
	}
	return nil
}

// byRefs fetches entities by reference and calls take with each, null for one that is gone. A portal that cannot do
// so is an error of kind NotFound.
func (s *Source) byRefs(ctx context.Context, refs []string, take func(ref string, item json.RawMessage) error) error {
	for batch := range slices.Chunk(refs, batchSize) {
		body, err := json.Marshal(map[string][]string{"entityRefs": batch})
		if err != nil {
			return err
		}
		var answer struct {
			Items []json.RawMessage `json:"items"`
		}
		r := outbound.Request{Method: http.MethodPost, URL: s.base.String() + "/api/catalog/entities/by-refs", Body: body, Repeatable: true}
		if err := s.do(ctx, r, &answer); err != nil {
			return err
		}
		if len(answer.Items) != len(batch) {
			return s.odd("answers %d references with %d entities", len(batch), len(answer.Items))
		}
		for i, item := range answer.Items {
			var h head
			if string(item) != "null" && (json.Unmarshal(item, &h) != nil || h.ref().String() != batch[i]) {
				return s.odd("answers with another entity than %s, which it was asked for", batch[i])
			}
			if err := take(batch[i], item); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Source) get(ctx context.Context, path string, params url.Values, into any) error {
	return s.do(ctx, outbound.Request{URL: s.base.String() + path + "?" + params.Encode()}, into)
}

// do sends a request and decodes its answer; what is not JSON of the right form is an error of kind Upstream.
func (s *Source) do(ctx context.Context, r outbound.Request, into any) error {
	r.Header = http.Header{"Accept": {"application/json"}}
	if s.opt.Token != "" {
		r.Header.Set("Authorization", "Bearer "+s.opt.Token)
	}
	if len(r.Body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.opt.Client.Do(ctx, r)
	switch {
	case err != nil:
		return fault.Wrap(fault.Upstream, err, "the portal %s", s.base)
	case resp.Status == http.StatusNotFound || resp.Status == http.StatusMethodNotAllowed:
		return fault.New(fault.NotFound, "the portal %s does not know %s", s.base, resp.URL.Path)
	case resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden:
		return fault.New(fault.Forbidden, "the portal %s refuses access (status %d); check the token", s.base, resp.Status)
	case resp.URL.Host != s.base.Host:
		return s.odd("sends its reader on to %s; is a token missing?", resp.URL.Host)
	case resp.Status != http.StatusOK:
		return s.odd("answers with status %d", resp.Status)
	case resp.HTML():
		return s.odd("answers with a web page; the address must be that of the backend, and a token may be missing")
	}
	if err := json.Unmarshal(resp.Body, into); err != nil {
		return s.odd("does not answer with whole, valid JSON (%v)", err)
	}
	return nil
}

// odd is the error of a portal that answers, but not as one should.
func (s *Source) odd(format string, args ...any) error {
	e := fault.New(fault.Upstream, format, args...)
	e.Message = "the portal " + s.base.String() + " " + e.Message
	return e
}
