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
