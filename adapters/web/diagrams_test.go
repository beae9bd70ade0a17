package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// drawing stands in for Mermaid: it draws a red box, or a small one when it can reach what is outside of its frame.
const drawing = `var mermaid = {
  initialize(options) { this.strict = options.securityLevel === "strict"; },
  async render(id, source) {
    if (source.includes("broken")) throw new Error("no such diagram");
    let height = this.strict ? 90 : 1;
    for (const reach of [() => parent.document.title, () => document.cookie, () => localStorage.length]) try { reach(); height = 2; } catch { /* as it should be */ }
    try { await fetch("/readyz"); height = 3; } catch { /* as it should be */ }
    return { svg: '<svg xmlns="http://www.w3.org/2000/svg" id="' + id + '" width="200" height="' + height + '"><style>rect { fill: red }</style><rect width="200" height="90"/></svg>' };
  },
};
`

func TestDiagramsHaveAFrameOfTheirOwn(t *testing.T) {
	t.Parallel()
	const page = "/docs/default/component/checkout/alerts"
	plain := call(t, site(t), http.MethodGet, page, "")
	if strings.Contains(plain.Body.String(), "data-diagrams") || strings.Contains(plain.Header().Get("Content-Security-Policy"), "frame-src") {
		t.Error("without mermaid there are frames")
	}
	w := site(t, func(c *Config) { c.Mermaid, c.Frames = []byte(drawing), []string{"video.example.com:8443"} })
	rec := call(t, w, http.MethodGet, page, "")
	if csp := rec.Header().Get("Content-Security-Policy"); csp != policy+"; frame-src 'self' https://video.example.com:8443" {
		t.Errorf("the policy of a page is %s", csp)
	}
	frame := regexp.MustCompile(`data-diagrams="([^"]+)"`).FindStringSubmatch(rec.Body.String())
	if frame == nil {
		t.Fatal("the page does not say where diagrams are drawn")
	}
	inside := call(t, w, http.MethodGet, frame[1], "")
	if csp := inside.Header().Get("Content-Security-Policy"); inside.Code != http.StatusOK || !strings.Contains(csp, "sandbox allow-scripts") || strings.Contains(csp, "same-origin") {
		t.Errorf("%d, the policy of the frame is %s", inside.Code, csp)
	}
	scripts := regexp.MustCompile(`src="([^"]+)"`).FindAllStringSubmatch(inside.Body.String(), -1)
	if len(scripts) != 2 {
		t.Fatalf("%d scripts in\n%s", len(scripts), inside.Body)
	}
	for _, s := range scripts {
		got := call(t, w, http.MethodGet, s[1], "")
		if got.Code != http.StatusOK || got.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%s: %d %s", s[1], got.Code, got.Header())
		}
	}
	style := call(t, w, http.MethodGet, w.assets.path("style.css"), "")
	if style.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("the styles: %s", style.Header())
	}
}

func TestFraming(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "a b", "a;script-src *", "https://a.example", "a.example/x", "*", "*.a.example", "a,b", "'self'", "u@a.example"} {
		if got, err := framing([]string{host}, false); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %q, %v", host, got, err)
		}
	}
	if got, err := framing([]string{"www.Example.com", "b.example:8443"}, true); err != nil || !strings.HasSuffix(got, "; frame-src 'self' https://www.example.com https://b.example:8443") {
		t.Errorf("%q, %v", got, err)
	}
}
