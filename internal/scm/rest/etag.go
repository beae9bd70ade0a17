package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
)

// kept is an answer in the cache.
type kept struct {
	ETag string
	Link string // the paging of the answer
	Next string // GitLab's
	Body []byte
}

func (k *kept) header() http.Header {
	h := http.Header{}
	if k.Link != "" {
		h.Set("Link", k.Link)
	}
	if k.Next != "" {
		h.Set("X-Next-Page", k.Next)
	}
	return h
}

func (c *Client) key(req *http.Request) string {
	sum := sha256.Sum256([]byte(c.o.Scope + "\x00" + req.Header.Get("Accept") + "\x00" + req.URL.String()))
	return "answer/" + hex.EncodeToString(sum[:])
}

// conditional makes a read ask only for what changed since the cached answer, which it returns.
func (c *Client) conditional(req *http.Request) *kept {
	if c.o.Cache == nil || req.Method != http.MethodGet {
		return nil
	}
	raw, ok := c.o.Cache.Get(c.key(req))
	if !ok {
		return nil
	}
	var k kept
	if json.Unmarshal(raw, &k) != nil || k.ETag == "" {
		return nil
	}
	req.Header.Set("If-None-Match", k.ETag)
	return &k
}

func (c *Client) keep(req *http.Request, res *http.Response, body []byte) {
	etag := res.Header.Get("Etag")
	if c.o.Cache == nil || etag == "" || req.Method != http.MethodGet || res.StatusCode != http.StatusOK {
		return
	}
	raw, err := json.Marshal(kept{ETag: etag, Link: res.Header.Get("Link"), Next: res.Header.Get("X-Next-Page"), Body: body})
	if err == nil {
		c.o.Cache.Put(c.key(req), raw)
	}
}
