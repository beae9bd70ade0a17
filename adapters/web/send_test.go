package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "deflate, gzip;q=1.0, *;q=0.5": true, "GZIP": true, "*": true, "gzip;q=0": false, "gzip; q=0.000": false, "br": false, "identity, gzip ; q = 0.3": true,
	} {
		if got := takesGzip(header); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

// A page that a browser has is not sent again; one that is sent is compressed; HEAD says the same as GET.
func TestPagesAreSentOnce(t *testing.T) {
	w := site(t)
	for _, path := range []string{"/", "/catalog", "/catalog/default/component/checkout", "/docs/default/component/checkout", w.assets.path("style.css"), w.assets.path("app.js")} {
		plain := call(t, w, http.MethodGet, path, "")
		tag := plain.Header().Get("Etag")
		if tag == "" || plain.Header().Get("Vary") == "" || plain.Header().Get("Cache-Control") == "" {
			t.Fatalf("%s: %v", path, plain.Header())
		}
		if again := call(t, w, http.MethodGet, path, "", "If-None-Match", `"x", `+tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d with %d bytes", path, again.Code, again.Body.Len())
		}
		if other := call(t, w, http.MethodGet, path, "", "If-None-Match", `W/"x"`); other.Code != http.StatusOK {
			t.Errorf("%s with another tag: %d", path, other.Code)
		}
		head := call(t, w, http.MethodHead, path, "")
		if head.Body.Len() != 0 || head.Header().Get("Content-Length") != plain.Header().Get("Content-Length") || head.Header().Get("Etag") != tag {
			t.Errorf("%s: HEAD has %d bytes, %v", path, head.Body.Len(), head.Header())
		}
		packed := call(t, w, http.MethodGet, path, "", "Accept-Encoding", "gzip")
		if packed.Header().Get("Content-Encoding") != "gzip" || packed.Body.Len() >= plain.Body.Len() {
			t.Fatalf("%s: %d bytes of %d, %v", path, packed.Body.Len(), plain.Body.Len(), packed.Header())
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil || string(text) != plain.Body.String() {
			t.Errorf("%s: other bytes when unpacked, %v", path, err)
		}
	}
}

// What a browser keeps for a year has its content in its name.
func TestEveryAssetOfAPageIsThere(t *testing.T) {
	w := site(t)
	body := call(t, w, http.MethodGet, "/docs/default/component/checkout", "").Body.String()
	n := 0
	for _, part := range strings.Split(body, `"`) {
		if !strings.HasPrefix(part, "/static/") {
			continue
		}
		n++
		rec := call(t, w, http.MethodGet, part, "")
		if rec.Code != http.StatusOK || !strings.Contains(rec.Header().Get("Cache-Control"), "immutable") || rec.Body.Len() == 0 {
			t.Errorf("%s: %d %v", part, rec.Code, rec.Header())
		}
	}
	if n != 4 {
		t.Errorf("the page has %d files", n)
	}
}
