package proxy

import (
	"container/list"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// The bounds of what is kept for one upstream.
const (
	maxKept      = 2000
	maxKeptBytes = 32 << 20
	maxKeptBody  = 2 << 20 // an answer that is larger is not kept
)

// cache keeps answers, the most recently used ones.
type cache struct {
	mu    sync.Mutex
	by    map[string]*list.Element
	order *list.List // of *keptAnswer, the most recently used first
	bytes int
}

type keptAnswer struct {
	key  string
	resp *outbound.Response // nobody changes it
}

func newCache() *cache { return &cache{by: map[string]*list.Element{}, order: list.New()} }

func (c *cache) get(key string) *outbound.Response {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.by[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*keptAnswer).resp
}

func (c *cache) put(key string, r *outbound.Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(c.by[key])
	if len(r.Body) > maxKeptBody {
		return
	}
	c.by[key] = c.order.PushFront(&keptAnswer{key, r})
	c.bytes += len(r.Body) + len(key)
	for c.order.Len() > maxKept || c.bytes > maxKeptBytes {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(e *list.Element) {
	if e == nil {
		return
	}
	k := c.order.Remove(e).(*keptAnswer)
	delete(c.by, k.key)
	c.bytes -= len(k.resp.Body) + len(k.key)
}

// clear forgets everything: something was changed at the upstream.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.by)
	c.order.Init()
	c.bytes = 0
}

// wish is what a request says about kept answers, in its Cache-Control (RFC 9111, 5.2.1, and RFC 5861, 4).
type wish struct {
	fresh   time.Duration // how old an answer may be
	onError time.Duration // how old one may be that is given where a new one cannot be had
	store   bool
}

func (u *Upstream) wish(h http.Header) wish {
	w := wish{fresh: u.c.Keep, store: u.c.Keep > 0}
	for part := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), "=")
		seconds, err := strconv.ParseInt(value, 10, 32)
		switch {
		case name == "no-store":
			w.store, w.fresh = false, 0
		case name == "no-cache":
			w.fresh = 0
		case name == "max-age" && err == nil && seconds >= 0:
			w.fresh = time.Duration(seconds) * time.Second
		case name == "stale-if-error" && err == nil && seconds >= 0:
			w.onError = time.Duration(seconds) * time.Second
		}
	}
	return w
}

// keepable reports whether an answer is given to others: what was found, and that it is not there or not allowed.
func keepable(r *outbound.Response) bool {
	if strings.Contains(strings.ToLower(r.Header.Get("Cache-Control")), "no-store") {
		return false
	}
	switch r.Status {
	case http.StatusOK, http.StatusNonAuthoritativeInfo, http.StatusNoContent, http.StatusUnauthorized, http.StatusForbidden,
		http.StatusNotFound, http.StatusGone:
		return true
	}
	return false
}
