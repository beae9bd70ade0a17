package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

func post(t *testing.T, w *Web, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return call(t, w, http.MethodPost, path, body, append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
}

func cookiesOf(rec *httptest.ResponseRecorder) string {
	var out []string
	for _, c := range rec.Result().Cookies() {
		out = append(out, c.Name+"="+c.Value)
	}
	return strings.Join(out, "; ")
}

func TestPreferences(t *testing.T) {
	w := site(t)
	rec := post(t, w, "/preferences", "lang=zh&back=%2Fcatalog%3Fkind%3Dapi")
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/catalog?kind=api" || cookiesOf(rec) != "backchannel_lang=zh" {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
	body := call(t, w, http.MethodGet, "/", "", "Cookie", cookiesOf(rec), "Accept-Language", "en").Body.String()
	if !strings.Contains(body, `<html lang="zh">`) {
		t.Error("the chosen language is not used")
	}
	rec = post(t, w, "/preferences", "theme=dark", "X-Fragment", "1")
	body = call(t, w, http.MethodGet, "/", "", "Cookie", cookiesOf(rec)).Body.String()
	if rec.Code != http.StatusNoContent || !strings.Contains(body, `<html lang="en" data-theme="dark">`) || !strings.Contains(body, `value="dark" aria-pressed="true"`) {
		t.Errorf("%d: the chosen theme is not used", rec.Code)
	}
	if rec = post(t, w, "/preferences", "theme="); len(rec.Result().Cookies()) != 1 || rec.Result().Cookies()[0].MaxAge != -1 {
		t.Errorf("the system's theme: %v", rec.Result().Cookies())
	}
	for _, bad := range []string{"theme=%22%3E%3Cscript%3E", "lang=%0d%0aSet-Cookie:x", "theme=" + strings.Repeat("x", 400)} {
		rec := post(t, w, "/preferences", bad)
		body := call(t, w, http.MethodGet, "/", "", "Cookie", cookiesOf(rec)).Body.String()
		if !strings.Contains(body, "<html lang=\"en\">") || strings.Contains(body, "<script>") {
			t.Errorf("%s is taken", bad)
		}
	}
	if rec := post(t, w, "/preferences", "lang="+strings.Repeat("x", maxForm)); rec.Code != http.StatusBadRequest {
		t.Errorf("a huge form: %d", rec.Code)
	}
	if rec := post(t, w, "/preferences", "lang=zh", "Sec-Fetch-Site", "cross-site"); rec.Code != http.StatusForbidden {
		t.Errorf("another site's form: %d", rec.Code)
	}
}

func TestLeadingBackStaysHere(t *testing.T) {
	for address, want := range map[string]string{
		"": "/", "/x?y=1": "/x?y=1", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
		"/a\r\nSet-Cookie: x": "/", "///evil.example": "/", "x": "/", "/%2fevil.example": "/",
	} {
		if got := local(address); got != want {
			t.Errorf("%q leads to %q", address, got)
		}
	}
}

// Who one says one is decides what is shown first. Where somebody signs in, only that counts.
func TestMine(t *testing.T) {
	w := site(t)
	me := cookiesOf(post(t, w, "/preferences", "me=user%3Adefault%2Fmei"))
	body := call(t, w, http.MethodGet, "/", "", "Cookie", me).Body.String()
	for _, s := range []string{"<h2>Yours</h2>", `href="/catalog/default/user/mei">Mei Lin</a>`, ">Checkout Crew</a>", ">Checkout</a>", ">Checkout API</a>"} {
		if !strings.Contains(body, s) {
			t.Errorf("no %s in %s", s, clipTest(body))
		}
	}
	if !strings.Contains(call(t, w, http.MethodGet, "/catalog/default/user/mei", "", "Cookie", me).Body.String(), "This is not me") {
		t.Error("one's own page does not say so")
	}
	for _, cookie := range []string{"backchannel_me=user%3Adefault%2Fnobody", "backchannel_me=group%3Adefault%2Fcommerce", "backchannel_me=%ff", "backchannel_me=x:y:z"} {
		if rec := call(t, w, http.MethodGet, "/", "", "Cookie", cookie); rec.Code != 200 || strings.Contains(rec.Body.String(), "<h2>Yours</h2>") {
			t.Errorf("%s: %d", cookie, rec.Code)
		}
	}
	signed := site(t, func(c *Config) {
		c.Admit = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.Header.Get("X-Test") == "" {
					http.Error(rw, "sign in", http.StatusUnauthorized)
					return
				}
				v := Visitor{Person: searchtest.Ref("user:mei"), Name: "Mei", Account: "acme:mei", View: nobodys{c.View()}}
				next.ServeHTTP(rw, r.WithContext(WithVisitor(r.Context(), v)))
			})
		}
	})
	for _, path := range []string{"/", "/catalog", "/chat", "/docs/default/component/checkout", "/api/catalog/entities/by-query", "/search?q=x", "/radar", "/templates"} {
		if rec := call(t, signed, http.MethodGet, path, ""); rec.Code != http.StatusUnauthorized {
			t.Errorf("%s without a login: %d", path, rec.Code)
		}
	}
	if rec := call(t, signed, http.MethodGet, signed.assets.path("style.css"), ""); rec.Code != 200 {
		t.Errorf("the login page has no style: %d", rec.Code)
	}
	body = call(t, signed, http.MethodGet, "/", "", "X-Test", "1").Body.String()
	if !strings.Contains(body, "<h2>Yours</h2>") || !strings.Contains(body, `<a href="/auth/account">Mei</a></p>`) {
		t.Error(clipTest(body))
	}
	if body := call(t, signed, http.MethodGet, "/catalog/default/component/checkout", "", "X-Test", "1").Body.String(); !strings.Contains(body, "Not found") {
		t.Error("the visitor's own view is not used")
	}
}

// nobodys is a view in which one component is not seen.
type nobodys struct{ search.View }

func (v nobodys) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	if ref.Name == "checkout" {
		return nil, false
	}
	return v.View.Entity(ref)
}
