package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

var metas = regexp.MustCompile(`<meta (?:property|name)="((?:og|twitter):[a-z_]+)" content="([^"]*)">`)

// previewOf are the tags of a page that previews are made of.
func previewOf(t *testing.T, w *Web, path string, headers ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	head, _, _ := strings.Cut(call(t, w, http.MethodGet, path, "", headers...).Body.String(), "</head>")
	for _, m := range metas.FindAllStringSubmatch(head, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// TestPreview asks for pages as the programs do that make previews in chats.
func TestPreview(t *testing.T) {
	const crawler = "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"
	w := site(t)
	for path, want := range map[string][3]string{
		"/":                                   {"Harborlane", "", "http://portal.example.com/"},
		"/catalog/default/component/checkout": {"Checkout", "Takes a basket and makes an order of it", "http://portal.example.com/catalog/default/component/checkout"},
		"/catalog/default/component/payments": {"Payments", "Payments (Component)", "http://portal.example.com/catalog/default/component/payments"},
		"/docs/default/component/checkout/runbook": {"Runbook – Checkout manual", "Scale checkout first", "http://portal.example.com/docs/default/component/checkout/runbook"},
		"/catalog?kind=component":                  {"Catalog", "", ""},
		"/catalog/default/component/hostile":       {"&lt;script&gt;alert(1)&lt;/script&gt;", "&#34;&gt;&lt;img src=x", "http://portal.example.com/catalog/default/component/hostile"},
	} {
		got := previewOf(t, w, path, "User-Agent", crawler)
		if got["og:title"] != want[0] || got["og:description"] == "" || !strings.Contains(got["og:description"], want[1]) || got["og:url"] != want[2] ||
			got["og:site_name"] != "Harborlane" || got["og:type"] != "website" || got["twitter:card"] != "summary" {
			t.Errorf("%s: %v", path, got)
		}
	}
	for _, path := range []string{"/nowhere", "/catalog/default/component/nothing", "/docs/default/component/payments", "/runs/1", "/forms/abc"} {
		if got := previewOf(t, w, path, "User-Agent", crawler); len(got) != 0 {
			t.Errorf("%s: %v", path, got)
		}
	}
	if got := previewOf(t, w, "/catalog/default/component/payments", "Accept-Language", "zh"); !strings.Contains(got["og:description"], "Payments") || lang.Of(got["og:description"]) != lang.Chinese {
		t.Errorf("in Chinese: %v", got)
	}
}

// TestPreviewOfSigningIn: the page at which those end who may not look says the same whatever they wanted, and the other
// pages of signing in say nothing.
func TestPreviewOfSigningIn(t *testing.T) {
	w := site(t)
	show := func(name string, data any) string {
		rec := httptest.NewRecorder()
		w.Page(rec, httptest.NewRequest(http.MethodGet, "http://portal.example.com/auth/login?next=%2Fcatalog%2Fdefault%2Fcomponent%2Fvault", nil), http.StatusOK, name, lang.SigninTitle, data)
		head, _, _ := strings.Cut(rec.Body.String(), "</head>")
		return head
	}
	head := show("auth_login", map[string]any{"Start": "", "Chat": true})
	for _, s := range []string{`og:title" content="Sign in"`, `og:site_name" content="Harborlane"`, `og:description" content="These pages are for the people of Harborlane."`} {
		if !strings.Contains(head, s) {
			t.Errorf("no %s in %s", s, head)
		}
	}
	if strings.Contains(head, "og:url") || strings.Contains(head, "vault") {
		t.Error(head)
	}
	if head := show("auth_link", map[string]any{"Name": "Mei Lin", "Where": "slack", "Path": "/auth/link/x"}); strings.Contains(head, "og:") || strings.Contains(head, "Mei") {
		t.Error(head)
	}
}

func TestPreviewIsShort(t *testing.T) {
	w := site(t, func(c *Config) { c.BaseURL, c.Organization = "", "" })
	r, _ := http.NewRequest(http.MethodGet, "/x", nil)
	p := w.preview(r, page{About: strings.Repeat("很长\n的 ", 500)})
	if n := (card.Limits{Unit: card.CodePoints}).Len(p.About); n > maxPreview || n < maxPreview/2 || strings.Contains(p.About, "\n") || p.Title != "Backchannel" || p.URL != "" {
		t.Errorf("%d: %+v", n, p)
	}
	if w.preview(r, page{Title: "A form"}) != nil {
		t.Error("a page that says nothing of itself has a preview")
	}
}
