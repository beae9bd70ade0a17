package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestReadAPI: programs that know Backstage's API read and ask by POST; pages of other sites cannot.
func TestReadAPI(t *testing.T) {
	h := site(t).Handler()
	send := func(method, path, body string, header map[string]string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://portal.example.com"+path, strings.NewReader(body))
		for k, v := range header {
			r.Header.Set(k, v)
		}
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, r)
		return rw
	}
	if rw := send(http.MethodGet, "/api/catalog/entities/by-name/component/default/checkout", "", nil); rw.Code != http.StatusOK || !strings.Contains(rw.Body.String(), `"targetRef":"group:default/checkout-crew"`) {
		t.Errorf("by name: %d %s", rw.Code, rw.Body)
	}
	const refs = `{"entityRefs":["component:checkout"],"fields":["kind"]}`
	program := map[string]string{"Content-Type": "application/json"}
	if rw := send(http.MethodPost, "/api/catalog/entities/by-refs", refs, program); rw.Code != http.StatusOK || rw.Body.String() != `{"items":[{"kind":"Component"}]}` {
		t.Errorf("by refs: %d %s", rw.Code, rw.Body)
	}
	for name, header := range map[string]map[string]string{
		"another site":         {"Content-Type": "application/json", "Origin": "https://evil.example.com"},
		"a browser's word":     {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"},
		"a form":               {"Content-Type": "text/plain"},
		"a form with a sender": {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example.com"},
	} {
		if rw := send(http.MethodPost, "/api/catalog/entities/by-refs", refs, header); rw.Code != http.StatusForbidden && rw.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, rw.Code, rw.Body)
		}
	}
	if rw := send(http.MethodDelete, "/api/catalog/entities/by-uid/x", "", nil); rw.Code != http.StatusMethodNotAllowed {
		t.Errorf("nothing is deleted here: %d", rw.Code)
	}
}

// TestReadAPIRefuses: what is refused before it reaches the read API has Backstage's form too, which its clients read.
func TestReadAPIRefuses(t *testing.T) {
	h := site(t).Handler()
	for _, c := range []struct {
		method, path, sender, want string
		status                     int
	}{
		{http.MethodGet, "/api/catalog/nowhere?x=1", "", `{"error":{"name":"NotFoundError","message":"There is nothing at this address."},"request":{"method":"GET","url":"/api/catalog/nowhere?x=1"},"response":{"statusCode":404}}`, 404},
		{http.MethodGet, "/api/search/nowhere", "", `{"error":{"name":"NotFoundError",`, 404},
		{http.MethodDelete, "/api/catalog/entities/by-uid/x", "", `"response":{"statusCode":405}}`, 405},
		{http.MethodPost, "/api/catalog/entities/by-refs", "https://evil.example.com", `{"error":{"name":"NotAllowedError",`, 403},
		{http.MethodGet, "/api/nowhere", "", `{"id":null,"error":`, 404},
	} {
		r := httptest.NewRequest(c.method, "http://portal.example.com"+c.path, strings.NewReader("{}"))
		if c.sender != "" {
			r.Header.Set("Origin", c.sender)
		}
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, r)
		if rw.Code != c.status || !strings.Contains(rw.Body.String(), c.want) || !strings.HasPrefix(rw.Header().Get("Content-Type"), "application/json") {
			t.Errorf("%s %s: %d %s", c.method, c.path, rw.Code, rw.Body)
		}
	}
}

// TestHeadersToPrograms: what programs are answered is nothing that a browser may run, sniff, frame or keep.
func TestHeadersToPrograms(t *testing.T) {
	h := site(t).Handler()
	for _, path := range []string{"/api/catalog/entities", "/api/catalog/entities/by-name/component/default/nothing", "/api/nowhere", "/api/ask"} {
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, httptest.NewRequest(http.MethodGet, "http://portal.example.com"+path, nil))
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
		} {
			if got := rw.Header().Get(name); got != want {
				t.Errorf("%s (%d): %s: %q, want %q", path, rw.Code, name, got, want)
			}
		}
	}
}
