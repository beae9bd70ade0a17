package web

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// call sends a request as a browser at the base URL does. Headers are name and value pairs.
func call(t *testing.T, w *Web, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "http://portal.example.com"+target, strings.NewReader(body))
	if method == http.MethodPost && strings.HasPrefix(target, "/chat") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	return rec
}

func TestPages(t *testing.T) {
	w := site(t)
	for _, tt := range []struct {
		path   string
		status int
		has    []string
		lacks  []string
	}{
		{"/", 200, []string{`<html lang="en">`, "<title>Harborlane</title>", `action="/chat/messages"`, `<form class="bigfind" role="search" action="/search">`, "<b>3</b> Components"}, nil},
		{"/chat", 200, []string{`id="composer"`}, nil},
		{"/catalog", 200, []string{`href="/catalog/default/component/checkout"`, "1 to 9 of 9", `href="/catalog?kind=api"`, "<h2>Owner</h2>"}, []string{"<script>alert"}},
		{"/catalog?kind=group&page=99", 200, []string{"Checkout Crew", `href="/catalog" rel="nofollow" aria-current="true"><span>Teams</span> <b>2</b>`, "1 to 2 of 2"}, []string{"checkout-api"}},
		{"/catalog?kind=nothing", 200, []string{"There is nothing here."}, nil},
		{"/catalog/default/component/checkout", 200, []string{
			"<h1>Checkout</h1>", `href="/catalog/default/group/checkout-crew">Checkout Crew</a>`, `href="/catalog/default/user/mei">Mei Lin</a>`, "until 12:00", `href="mailto:checkout@example.com"`,
			`href="https://git.example.com/acme/checkout/tree/main/">acme/checkout</a>`, "Spring Boot <code>3.2.5</code>", "production", `href="/docs/default/component/checkout">Checkout manual</a>`,
			"<h2>Depends on</h2>", `<svg class="graph wide"`, `href="/catalog/default/component/checkout/descriptor"`, `<span class="gone">user:gone</span>`, "components-commerce.yaml:5", "read 2 min ago",
		}, []string{"javascript:"}},
		{"/catalog/DEFAULT/Component/Checkout", 200, []string{"<h1>Checkout</h1>"}, nil},
		{"/catalog/default/component/payments", 200, []string{"1 data problem", "group:default/ghosts", `<span class="gone">group:ghosts</span>`}, nil},
		{"/catalog/default/component/hostile", 200, []string{"&lt;script&gt;alert(1)&lt;/script&gt;"}, []string{"<script>alert", "<img"}},
		{"/catalog/default/component/chekout", 404, []string{"Not found", "Closest:", `href="/catalog/default/component/checkout"`}, nil},
		{"/catalog/default/component/%00%ff", 404, []string{"Not found"}, nil},
		{"/search?q=checkout", 200, []string{"In the catalog", "In the docs", `value="checkout"`, "<td>Component", "<mark>checkout</mark>"}, nil},
		{"/search?q=checkout&in=component:checkout", 200, []string{"Search the docs of Checkout", `name="in" value="component:default/checkout"`}, []string{"In the catalog"}},
		{"/search?q=chekout", 200, []string{"/catalog/default/component/checkout"}, nil},
		{"/search?q=%3Czzqqxx%3E", 200, []string{"Nothing is found for “&lt;zzqqxx&gt;”."}, []string{"<zzqqxx"}},
		{"/search", 200, []string{"<h1>Search</h1>"}, []string{"Nothing is found"}},
		{"/docs/default/component/checkout", 200, []string{"Run it", "make run", `href="/docs/default/component/checkout/runbook"`, `aria-current="page">Start</a>`, "<summary>Operations</summary>", `href="#run-it"`, "read just now"}, nil},
		{"/docs/default/component/checkout/runbook", 200, []string{"When orders pile up", `rel="prev"`, `rel="next"`}, nil},
		{"/docs/default/component/checkout/nope", 404, []string{"Not found"}, nil},
		{"/docs/default/component/payments", 404, []string{"Payments has no docs."}, nil},
		{"/docs/default/component/nothing", 404, []string{"Not found"}, nil},
		{"/nowhere", 404, []string{"There is nothing at this address."}, nil},
	} {
		rec := call(t, w, http.MethodGet, tt.path, "")
		body := rec.Body.String()
		if rec.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.path, rec.Code, tt.status)
		}
		for _, s := range tt.has {
			if !strings.Contains(body, s) {
				t.Errorf("%s: no %s in\n%s", tt.path, s, clipTest(body))
			}
		}
		for _, s := range tt.lacks {
			if strings.Contains(body, s) {
				t.Errorf("%s: has %s", tt.path, s)
			}
		}
		if csp := rec.Header().Get("Content-Security-Policy"); csp != policy {
			t.Errorf("%s: policy %q", tt.path, csp)
		}
	}
}

func clipTest(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	return s[:min(len(s), 3000)]
}

func TestPagesSpeakChinese(t *testing.T) {
	body := call(t, site(t), http.MethodGet, "/catalog/default/component/checkout", "", "Accept-Language", "fr, zh-CN;q=0.9, en;q=0.4").Body.String()
	for _, s := range []string{`<html lang="zh">`, "负责人", "依赖", "2 分钟前读取", "值班", "组件 · 服务", "生产中"} {
		if !strings.Contains(body, s) {
			t.Errorf("no %s", s)
		}
	}
	for header, want := range map[string]lang.Lang{"": lang.English, "de": lang.English, "zh": lang.Chinese, "en, zh;q=0.9": lang.English, "zh-TW;q=0.3, en;q=x": lang.Chinese, strings.Repeat("a,", 5000): lang.English} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", header)
		if got := tongue(r); got != want {
			t.Errorf("%.20q: %s", header, got)
		}
	}
}

func TestChat(t *testing.T) {
	w := site(t)
	form := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	rec := call(t, w, http.MethodPost, "/chat/messages", form("text", "<b>hi</b>"), "X-Fragment", "1")
	body := rec.Body.String()
	if !strings.HasPrefix(body, `<article class="exchange">`) || !strings.Contains(body, "<strong>&lt;b&gt;hi&lt;/b&gt;</strong>") {
		t.Error(body)
	}
	cookies := rec.Result().Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || len(cookies[0].Value) != 32 {
		t.Fatalf("cookies %v", cookies)
	}
	again := call(t, w, http.MethodPost, "/chat/messages", form("text", "hi"), "Cookie", cookies[0].Name+"="+cookies[0].Value)
	if len(again.Result().Cookies()) != 0 || !strings.Contains(again.Body.String(), "<!doctype html>") || !strings.Contains(again.Body.String(), "You said") {
		t.Error("without the script the whole page comes, in the same conversation")
	}
	for text, want := range map[string]string{
		"slow": "You said: <strong>slow</strong>", "panic": "That did not work on our side", "owner": "Who is on call?</button>", "zone": "zone Asia/Shanghai",
	} {
		body := call(t, w, http.MethodPost, "/chat/messages", form("text", text), "X-Fragment", "1", "Cookie", "tz=Asia%2FShanghai").Body.String()
		if !strings.Contains(body, want) {
			t.Errorf("%s: no %s in %s", text, want, body)
		}
		if strings.Contains(body, ">Share<") {
			t.Errorf("%s: a page has nobody to share with", text)
		}
	}
	pressed := call(t, w, http.MethodPost, "/chat/messages", form("token", "abc", "label", "Owner"), "X-Fragment", "1").Body.String()
	if !strings.Contains(pressed, "pressed abc") || !strings.Contains(pressed, `<p class="asked">Owner</p>`) {
		t.Error(pressed)
	}
	if rec := call(t, w, http.MethodPost, "/chat/messages", ""); rec.Code != http.StatusSeeOther {
		t.Errorf("an empty question: %d", rec.Code)
	}
	if rec := call(t, w, http.MethodPost, "/chat/messages", form("text", strings.Repeat("x", maxChatBody))); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge question: %d", rec.Code)
	}
	if rec := call(t, w, http.MethodPost, "/chat/messages", form("text", strings.Repeat("你", maxQuestion)), "X-Fragment", "1"); rec.Code != http.StatusRequestEntityTooLarge && rec.Code != 200 {
		t.Errorf("a long question: %d", rec.Code)
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	w := site(t)
	for _, tt := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Origin", "http://portal.example.com"}, 200},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Host", "evil.example"}, 421},
		{[]string{"Host", "localhost:7007"}, 421},
		{[]string{"Host", ""}, 421},
	} {
		if rec := call(t, w, http.MethodPost, "/chat/messages", "text=hi", tt.headers...); rec.Code != tt.status {
			t.Errorf("%v: %d, want %d", tt.headers, rec.Code, tt.status)
		}
		if rec := call(t, w, http.MethodPost, "/api/ask", `{"text":"hi"}`, tt.headers...); rec.Code != tt.status {
			t.Errorf("api %v: %d, want %d", tt.headers, rec.Code, tt.status)
		}
	}
	local := site(t, func(c *Config) { c.BaseURL = "http://localhost:7007" })
	for host, status := range map[string]int{"localhost:7007": 200, "127.0.0.1:9": 200, "[::1]:7007": 200, "app.localhost": 200, "10.0.0.1:7007": 421, "evil.example": 421} {
		if rec := call(t, local, http.MethodPost, "/chat/messages", "text=hi", "Host", host); rec.Code != status {
			t.Errorf("%s: %d, want %d", host, rec.Code, status)
		}
	}
}

func TestAsk(t *testing.T) {
	w := site(t)
	for _, tt := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"id":"q1","text":"who <owns> it?"}`, 200, `{"id":"q1","intent":"owner","outcome":"answer","entities":["component:default/checkout"],"text":"Asked: who <owns> it?"}`},
		{`{"id":"q1"}`, 400, `{"id":"q1","error":"\"text\" is missing"}`},
		{`nonsense`, 400, `{"id":null,"error":"not a question: invalid character 'o' in literal null (expecting 'u')"}`},
		{`{"text":"` + strings.Repeat("x", maxAskBody) + `"}`, 413, `{"id":null,"error":"the question is larger than 1 MiB"}`},
	} {
		rec := call(t, w, http.MethodPost, "/api/ask", tt.body)
		if rec.Code != tt.status || strings.TrimSpace(rec.Body.String()) != tt.want || !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%.40s: %d %s", tt.body, rec.Code, rec.Body)
		}
	}
}

// What a program asks is refused in JSON, what a browser asks in words; both name the ways that are open.
func TestRefusals(t *testing.T) {
	w := site(t)
	for _, tt := range []struct {
		method, path, origin string
		status               int
		kind, allow          string
	}{
		{http.MethodGet, "/api/ask", "", 405, "application/json", "POST"},
		{http.MethodDelete, "/catalog", "", 405, "text/html; charset=utf-8", "GET, HEAD"},
		{http.MethodPost, "/docs/default/component/checkout/a/b", "", 405, "text/html; charset=utf-8", "GET, HEAD"},
		{http.MethodGet, "/api/nothing", "", 404, "application/json", ""},
		{http.MethodGet, "/nothing", "", 404, "text/html; charset=utf-8", ""},
		{http.MethodPost, "/api/ask", "https://evil.example", 403, "application/json", ""},
		{http.MethodPost, "/chat/messages", "https://evil.example", 403, "text/html; charset=utf-8", ""},
	} {
		r := httptest.NewRequest(tt.method, tt.path, strings.NewReader("{}"))
		r.Host = "localhost:7007"
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, r)
		h := rec.Header()
		if rec.Code != tt.status || h.Get("Content-Type") != tt.kind || h.Get("Allow") != tt.allow || rec.Body.Len() == 0 {
			t.Errorf("%s %s: %d %v %s", tt.method, tt.path, rec.Code, h, rec.Body)
		}
		if tt.kind == "application/json" && !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%s %s: %s", tt.method, tt.path, rec.Body)
		}
	}
}

func TestStaticFiles(t *testing.T) {
	w := site(t)
	for _, tt := range []struct{ path, kind, cache string }{
		{w.assets.path("style.css"), "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"/static/app.js", "text/javascript; charset=utf-8", "public, max-age=3600"},
		{"/static/favicon.svg", "image/svg+xml", "public, max-age=3600"},
	} {
		rec := call(t, w, http.MethodGet, tt.path, "")
		if rec.Code != 200 || rec.Header().Get("Content-Type") != tt.kind || rec.Header().Get("Cache-Control") != tt.cache {
			t.Errorf("%s: %d %v", tt.path, rec.Code, rec.Header())
		}
	}
	for _, path := range []string{"/static/", "/static/nope", "/static/../web.go", "/static/%2e%2e/web.go"} {
		if rec := call(t, w, http.MethodGet, path, ""); rec.Code == 200 {
			t.Errorf("%s is served", path)
		}
	}
	svg := call(t, w, http.MethodGet, "/docs/default/component/checkout/flow.svg", "")
	if svg.Code != 200 || !strings.Contains(svg.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("picture of the docs: %d %v", svg.Code, svg.Header())
	}
}

// TestTemplates keeps templates to what the policy and the message catalogue allow.
func TestTemplates(t *testing.T) {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`\.T "([^"]+)"`)
	inline := regexp.MustCompile(`\sstyle=|\son\w+=|<style|<script>|https?://`)
	for _, name := range names {
		raw, err := fs.ReadFile(files, filepath.ToSlash(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(raw), -1) {
			if lang.Text(lang.English, lang.Key(m[1]), nil) == m[1] {
				t.Errorf("%s: no message is called %s", name, m[1])
			}
		}
		if m := inline.FindString(string(raw)); m != "" {
			t.Errorf("%s has %q", name, m)
		}
	}
}

func TestHeadAndReload(t *testing.T) {
	w := site(t)
	if rec := call(t, w, http.MethodHead, "/catalog/default/component/checkout", ""); rec.Code != 200 {
		t.Errorf("HEAD: %d", rec.Code)
	}
	if rec := call(t, w, http.MethodGet, "/chat/messages", ""); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/chat" {
		t.Errorf("a reload: %d %v", rec.Code, rec.Header())
	}
}

func TestABadBaseURLIsAnError(t *testing.T) {
	for _, u := range []string{"localhost:7007", "::", "http://"} {
		if _, err := New(Config{BaseURL: u}); err == nil {
			t.Errorf("%s is taken", u)
		}
	}
}

func TestZones(t *testing.T) {
	for name, ok := range map[string]bool{"Europe/Berlin": true, "": false, "Local": false, "../etc/passwd": false, strings.Repeat("x", 100): false} {
		if got := zone(name) != nil; got != ok {
			t.Errorf("%.20s: %v", name, got)
		}
	}
}
