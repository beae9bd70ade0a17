package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// worthPacking is how long a text is at least before it is compressed.
const worthPacking = 1400 // bytes: one packet

// packer compresses texts. It is safe for concurrent use.
type packer struct {
	writers sync.Pool
}

func newPacker() *packer {
	return &packer{writers: sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.DefaultCompression) // the level is one there is
		return z
	}}}
}

// pack returns a text compressed, or nil where that gains nothing.
func (p *packer) pack(text []byte) []byte {
	if len(text) < worthPacking {
		return nil
	}
	z, _ := p.writers.Get().(*gzip.Writer)
	defer p.writers.Put(z)
	var b bytes.Buffer
	b.Grow(len(text) / 3)
	z.Reset(&b)
	if _, err := z.Write(text); err != nil || z.Close() != nil || b.Len() >= len(text) {
		return nil
	}
	return b.Bytes()
}

// tag names a content, on every replica alike.
func tag(text []byte) string {
	sum := sha256.Sum256(text)
	return `W/"` + hex.EncodeToString(sum[:10]) + `"`
}

// content is something to send, ready.
type content struct {
	kind   string // media type
	etag   string
	text   []byte
	packed []byte // the same compressed; nil: it is not
	length [2]string
}

// content makes a text ready.
func (p *packer) content(kind string, text []byte) *content {
	packed := p.pack(text)
	return &content{kind: kind, etag: tag(text), text: text, packed: packed, length: [2]string{strconv.Itoa(len(text)), strconv.Itoa(len(packed))}}
}

// send answers with a content, or with the news that the browser has it already.
func send(rw http.ResponseWriter, r *http.Request, status int, c *content) {
	h := rw.Header()
	h["Content-Type"] = []string{c.kind}
	h["Etag"] = []string{c.etag}
	if status == http.StatusOK && known(r.Header.Get("If-None-Match"), c.etag) {
		rw.WriteHeader(http.StatusNotModified)
		return
	}
	body, length := c.text, c.length[0]
	if c.packed != nil && takesGzip(r.Header.Get("Accept-Encoding")) {
		body, length = c.packed, c.length[1]
		h["Content-Encoding"] = []string{"gzip"}
	}
	h["Content-Length"] = []string{length}
	rw.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = rw.Write(body) // a reader that is gone needs no page
	}
}

// known reports whether an If-None-Match header has a tag.
func known(header, etag string) bool {
	for header != "" {
		var one string
		one, header, _ = strings.Cut(header, ",")
		if one = strings.TrimSpace(one); one == etag || one == "*" || "W/"+one == etag {
			return true
		}
	}
	return false
}

// takesGzip reports whether an Accept-Encoding header takes gzip (RFC 9110, section 12.5.3).
func takesGzip(header string) bool {
	for header != "" {
		var one string
		one, header, _ = strings.Cut(header, ",")
		name, weight, _ := strings.Cut(one, ";")
		if name = strings.TrimSpace(name); strings.EqualFold(name, "gzip") || name == "*" {
			q := strings.TrimPrefix(strings.ReplaceAll(strings.ToLower(weight), " ", ""), "q=")
			return strings.Trim(q, "0.") != "" || q == ""
		}
	}
	return false
}
