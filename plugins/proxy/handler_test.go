package proxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	b := open(t, proxy.Config{Offered: true, AllowedHeaders: []string{"X-Mine"}}, func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{"X-Mine": "yes", "X-Other": "no", "Set-Cookie": "session=evil", "Content-Type": "text/html", "Etag": `"e"`} {
			w.Header().Set(name, value)
		}
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, "<script>"+r.Method+" "+r.RequestURI+" "+r.Header.Get("X-Mine")+r.Header.Get("X-Other")+r.Header.Get("Authorization")+string(body))
	})
	var gate proxy.Gate
	gate.SignedIn = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-User") == "" {
				http.Error(w, "sign in", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	gate.May = func(r *http.Request, upstream string, change bool) bool {
		return upstream == "vendor" && (!change || r.Header.Get("X-User") == "admin")
	}
	h := b.proxy.Handler(gate)
	ask := func(method, path, user, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("X-Mine", "mine ")
		r.Header.Set("X-Other", "other")
		r.Header.Set("Authorization", "Bearer mine")
		if user != "" {
			r.Header.Set("X-User", user)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask("GET", "/api/proxy/vendor/a/b?c=d", "ann", "")
	if w.Code != 200 || w.Body.String() != "<script>GET /a/b?c=d mineBearer "+secret {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"X-Mine": "yes", "X-Other": "", "Set-Cookie": "", "Etag": `"e"`, "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, tt := range []struct {
		method, path, user string
		code               int
	}{
		{"GET", "/api/proxy/vendor", "ann", 200}, {"GET", "/api/proxy/vendor/", "ann", 200}, {"POST", "/api/proxy/vendor/a", "admin", 200},
		{"POST", "/api/proxy/vendor/a", "ann", 403}, {"GET", "/api/proxy/vendor/a", "", 401}, {"GET", "/api/proxy/other/a", "ann", 404},
		{"GET", "/api/proxy/vendors/a", "ann", 404}, {"GET", "/api/proxy/", "ann", 404}, {"GET", "/api/proxy/vendor/%2e%2e/a", "ann", 403},
		{"GET", "/api/proxy/vendor/..%2fa", "ann", 403},
	} {
		if w := ask(tt.method, tt.path, tt.user, "x"); w.Code != tt.code {
			t.Errorf("%s %s as %q: %d %s", tt.method, tt.path, tt.user, w.Code, w.Body)
		}
	}
	b.server.Close()
	if w := ask("GET", "/api/proxy/vendor/new", "ann", ""); w.Code != http.StatusBadGateway || strings.Contains(w.Body.String(), "127.0.0.1") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestBackstage: the same request leads to the same address as through http-proxy-middleware.
func TestBackstage(t *testing.T) {
	t.Parallel()
	rewrites := func(pairs ...string) (out []proxy.Rewrite) {
		for i := 0; i+1 < len(pairs); i += 2 {
			r, err := proxy.NewRewrite(pairs[i], pairs[i+1])
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, r)
		}
		return out
	}
	for _, tt := range []struct {
		name, path, want string
		rewrite          []proxy.Rewrite
	}{
		{"the mount is left out", "/api/proxy/vendor/a", "/base/a", nil},
		{"to the root", "/api/proxy/vendor/a", "/base/a", rewrites("^/api/proxy/vendor/", "/")},
		{"to a version", "/api/proxy/vendor/a", "/base/v2/a", rewrites("^/api/proxy/vendor/?", "/v2/")},
		{"with groups", "/api/proxy/vendor/x/y", "/base/y/x", rewrites("^/api/proxy/vendor/([a-z]+)/([a-z]+)", "/$2/$1")},
		{"the first that matches", "/api/proxy/vendor/a", "/base/one/a", rewrites("^/nothing", "/no", "^/api/proxy/vendor", "/one", "^/one", "/two")},
	} {
		b := open(t, proxy.Config{Target: "base", Offered: true, Credentials: proxy.Forward, Rewrite: tt.rewrite}, echo)
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Header.Set("Cookie", "session=1")
		w := httptest.NewRecorder()
		b.proxy.Handler(proxy.Gate{}).ServeHTTP(w, r)
		if got, _, _ := strings.Cut(w.Body.String(), " auth"); got != "GET "+tt.want || strings.Contains(w.Body.String(), "session") {
			t.Errorf("%s: %s", tt.name, w.Body)
		}
	}
	if _, err := proxy.NewRewrite("(", ""); err == nil {
		t.Error("a broken expression is accepted")
	}
}

func TestForward(t *testing.T) {
	t.Parallel()
	for c, want := range map[proxy.Credentials]string{proxy.Require: "auth= ", proxy.Forward: "auth=Bearer theirs ", proxy.Nobody: "auth= "} {
		b := open(t, proxy.Config{Offered: true, Credentials: c, Headers: map[string]string{"X-Key": secret}}, echo)
		r := httptest.NewRequest("GET", "/api/proxy/vendor/a", nil)
		r.Header.Set("Authorization", "Bearer theirs")
		w := httptest.NewRecorder()
		denied := func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) })
		}
		gate := proxy.Gate{}
		if c == proxy.Nobody {
			gate.SignedIn = denied
		}
		b.proxy.Handler(gate).ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", c, w.Code, w.Body)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"/a", "/../a", "/%2e%2e/a", "/%252e%252e/", "/a;b/..", `/\..\`, "/%c0%ae%c0%ae/", "/a//b", "/.%00./"} {
		f.Add(s)
	}
	p, err := proxy.New([]proxy.Config{{Name: "v", Target: "https://vendor.example/base"}}, proxy.Options{})
	if err != nil {
		f.Fatal(err)
	}
	u, err := p.Upstream("v")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		at, err := proxy.AddressOf(u, path)
		if err != nil {
			return
		}
		if !strings.HasPrefix(at, "https://vendor.example/base/") || strings.Contains(at, "/../") || strings.HasSuffix(at, "/..") {
			t.Errorf("%q leads to %q", path, at)
		}
	})
}
