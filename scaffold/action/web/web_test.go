package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// echo answers with what it was asked.
func echo(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.HasPrefix(r.URL.Path, "/status/"):
			http.Error(w, "no", http.StatusTeapot)
			return
		case r.URL.Path == "/slow":
			time.Sleep(300 * time.Millisecond)
		case r.URL.Path == "/text":
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, "hello") //nolint:errcheck // the client went away
			return
		case r.URL.Path == "/big":
			w.Write(make([]byte, maxAnswer+1)) //nolint:errcheck // the client went away
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		json.NewEncoder(w).Encode(map[string]string{ //nolint:errcheck // the client went away
			"method": r.Method, "uri": r.URL.RequestURI(), "body": string(body), "type": r.Header.Get("Content-Type"), "auth": r.Header.Get("Authorization"), "key": r.Header.Get("Idempotency-Key"),
		})
	}))
	t.Cleanup(s.Close)
	return s
}

type bench struct {
	t *testing.T
	r *scaffold.Registry
	s *httptest.Server
}

func newBench(t *testing.T) *bench {
	s := echo(t)
	c := outbound.New(outbound.Options{Hosts: []outbound.Host{{Name: strings.TrimPrefix(s.URL, "http://"), Private: true, Plain: true}}, Attempts: 1})
	r, err := scaffold.NewRegistry(Actions(Options{Client: c, Backstage: &Backstage{URL: s.URL + "/", Token: "service"}})...)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, r, s}
}

func (b *bench) call(in string) *scaffold.Call {
	b.t.Helper()
	v, err := template.ParseJSON([]byte(strings.ReplaceAll(in, "$", b.s.URL)))
	if err != nil {
		b.t.Fatal(err)
	}
	return &scaffold.Call{Input: v, Run: "r", Step: "s", Secrets: template.ObjectValue(template.Field{Key: "backstageToken", Value: template.StringValue("own")})}
}

func (b *bench) do(action, in string) (template.Value, error) {
	a, _ := b.r.Action(action)
	return a.Apply(b.t.Context(), b.call(in))
}

func TestRequests(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct{ action, in, path, want string }{
		{"http", `{"url": "$/a?x=1", "params": {"y": "a b", "n": 2}}`, "uri", "/a?n=2&x=1&y=a+b"},
		{"http", `{"url": "$/a", "method": "POST", "body": {"b": [1]}}`, "body", `{"b":[1]}`},
		{"http", `{"url": "$/a", "method": "POST", "body": {"b": [1]}}`, "type", "application/json"},
		{"http", `{"url": "$/a", "method": "POST", "body": "plain", "headers": {"content-type": "text/plain"}}`, "body", "plain"},
		{"http", `{"url": "$/a", "method": "POST"}`, "key", "r/s/0"},
		{"http", `{"url": "$/a", "method": "PUT", "idempotencyKey": "mine"}`, "key", "mine"},
		{"http", `{"url": "$/a"}`, "key", ""},
		{"http", `{"url": "$/a", "headers": {"Authorization": "Bearer t"}}`, "auth", "Bearer t"},
		{"http:backstage:request", `{"path": "/proxy/x/y/", "method": "GET"}`, "uri", "/api/proxy/x/y/"},
		{"http:backstage:request", `{"path": "api/proxy/x", "method": "GET", "params": {"a": 1}}`, "uri", "/api/proxy/x?a=1"},
		{"http:backstage:request", `{"path": "proxy/x", "method": "GET"}`, "auth", "Bearer service"},
		{"http:backstage:request", `{"path": "proxy/x", "method": "GET", "useBackstageToken": true}`, "auth", "Bearer own"},
		{"http:backstage:request", `{"path": "proxy/x", "method": "GET", "headers": {"authorization": "Basic z"}}`, "auth", "Basic z"},
		{"http:backstage:request", `{"path": "proxy/x", "method": "POST", "body": "{\"a\":1}", "headers": {"content-type": "application/json"}}`, "body", `{"a":1}`},
	} {
		out, err := b.do(tt.action, tt.in)
		if got := out.Get("body").Get(tt.path).String(); err != nil || got != tt.want || out.Get("code").Float() != 200 {
			t.Errorf("%s %s: %v, %s is %q", tt.action, tt.in, err, tt.path, got)
		}
	}
	out, err := b.do("http", `{"url": "$/text"}`)
	if err != nil || out.Get("body").Get("message").String() != "hello" || out.Get("headers").Get("content-type").String() != "text/plain" {
		t.Errorf("a text: %v %s", err, out)
	}
	out, err = b.do("http", `{"url": "$/status/418", "continueOnBadResponse": true}`)
	if err != nil || out.Get("code").Float() != 418 {
		t.Errorf("a bad answer: %v %s", err, out)
	}
}

func TestRefusedRequests(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct{ action, in, want string }{
		{"http", `{"url": "$/status/418"}`, "status 418"},
		{"http", `{"url": "$/slow", "timeout": 50}`, "took too long"},
		{"http", `{"url": "$/big"}`, "more than"},
		{"http", `{"url": "http://169.254.169.254/latest/meta-data"}`, "not encrypted"},
		{"http", `{"url": "https://169.254.169.254/latest/meta-data"}`, "never connected to"},
		{"http", `{"url": "https://10.0.0.1/x?secret=hush"}`, "inside the network"},
		{"http", `{"url": "https://u:hush@x.dev/"}`, "credentials do not belong"},
		{"http", `{"url": "file:///etc/passwd"}`, "starts with https"},
		{"http", `{"url": "/x"}`, "starts with https"},
		{"http", `{"url": "$/a", "headers": {"Host": "x"}}`, "not a step's to set"},
		{"http", `{"url": "$/a", "headers": {"X-A": "a\r\nX-B: b"}}`, "cannot be sent"},
		{"http", `{"url": "$/a", "method": "POST", "body": "{", "headers": {"content-type": "application/json"}}`, "not the JSON"},
		{"http:backstage:request", `{"path": "../../etc", "method": "GET"}`, "not the path"},
		{"http:backstage:request", `{"path": "a?b", "method": "GET"}`, "not the path"},
		{"http:backstage:request", `{"path": "//evil.dev/x", "method": "GET", "continueOnBadResponse": false, "timeout": 1000}`, ""},
	} {
		out, err := b.do(tt.action, tt.in)
		if tt.want == "" { // it stays with Backstage
			if got := out.Get("body").Get("uri").String(); err != nil || got != "/api/evil.dev/x" {
				t.Errorf("%s: %v %q", tt.in, err, got)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s %s: %v", tt.action, tt.in, err)
		}
	}
	r, err := scaffold.NewRegistry(Actions(Options{})...)
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{"http": `{"url": "https://x.dev"}`, "http:backstage:request": `{"path": "x", "method": "GET"}`} {
		a, _ := r.Action(name)
		if _, err := a.Apply(t.Context(), b.call(in)); err == nil {
			t.Errorf("%s without a way out: %v", name, err)
		}
	}
}

func TestRequestPlan(t *testing.T) {
	b := newBench(t)
	a, _ := b.r.Action("http")
	p, err := a.Plan(t.Context(), b.call(`{"url": "$/a?key=hush", "method": "POST"}`))
	if err != nil || len(p.Effects) != 1 || p.Effects[0].Text(lang.English) != "Send a POST request to "+b.s.URL+"/a" || p.Output.Kind() != template.Undefined {
		t.Error(err, p)
	}
	if p, err = a.Plan(t.Context(), b.call(`{"url": "$/a"}`)); err != nil || p.Output.Kind() != template.Undefined {
		t.Error(err, p)
	}
	a, _ = b.r.Action("http:backstage:request")
	for in, code := range map[string]float64{`{"path": "proxy/x", "method": "GET"}`: 200, `{"path": "status/500", "method": "GET"}`: 200, `{"path": "proxy/x", "method": "POST"}`: 0} {
		if p, err = a.Plan(t.Context(), b.call(in)); err != nil || p.Output.Get("code").Float() != code {
			t.Errorf("%s: %v %v", in, err, p)
		}
	}
}
