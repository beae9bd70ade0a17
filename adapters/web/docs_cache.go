package web

import (
	"net/http"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of the pages of documentation that are kept as they are sent.
const (
	docsKept  = 16 << 20 // bytes
	docsFresh = time.Minute
)

// docsCache keeps pages for who would be sent the same. A page that is read anew has another address in memory, and so
// another key; links to documentation elsewhere may be a minute old. It is safe for concurrent use.
type docsCache struct {
	mu    sync.RWMutex
	pages map[docsKey]keptPage
	bytes int
}

type docsKey struct {
	audience search.Audience
	entity   catalog.Ref
	page     *docs.Page
	lang     lang.Lang
	theme    string
	user     string
	age      string
}

type keptPage struct {
	*content
	until time.Time
}

// docsKeyOf is the key of a page for a request; ok is false where the page is not to be kept.
func docsKeyOf(view search.View, r *http.Request, entity catalog.Ref, p *docs.Page, age string) (docsKey, bool) {
	audience, ok := search.AudienceOf(view)
	return docsKey{audience, entity, p, tongue(r), theme(r), VisitorOf(r.Context()).Name, age}, ok && r.URL.RawQuery == ""
}

func (c *docsCache) get(key docsKey, now time.Time) *content {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if p, ok := c.pages[key]; ok && now.Before(p.until) {
		return p.content
	}
	return nil
}

func (c *docsCache) keep(key docsKey, page *content, now time.Time) {
	size := len(page.text) + len(page.packed)
	if size > docsKept/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.pages[key]; ok {
		c.bytes -= len(old.text) + len(old.packed)
	}
	if c.pages == nil || c.bytes+size > docsKept {
		c.pages, c.bytes = map[docsKey]keptPage{}, 0
	}
	c.bytes += size
	c.pages[key] = keptPage{page, now.Add(docsFresh)}
}
