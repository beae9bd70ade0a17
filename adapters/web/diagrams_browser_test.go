//go:build browser

package web

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestDiagramsAreDrawn looks at a page with a diagram and with one that cannot be drawn.
func TestDiagramsAreDrawn(t *testing.T) {
	p := open(t)
	s := httptest.NewServer(site(t, func(c *Config) { c.BaseURL, c.Mermaid = "", []byte(drawing) }).Handler())
	t.Cleanup(s.Close)
	p.do(chromedp.Navigate(s.URL+"/docs/default/component/checkout/alerts"), chromedp.WaitVisible(chromedp.CSS(".diagram.drawn iframe")))
	if h := get(p, chromedp.Evaluate[int](`document.querySelector(".drawn iframe").clientHeight`)); h != 90 {
		t.Errorf("the picture is %d high: what draws it reaches further than it should, or not far enough", h)
	}
	p.until(`document.querySelectorAll(".diagram iframe").length === 1`) // the other one is given up
	if text := p.text(".diagram:not(.drawn) pre"); text != "broken" {
		t.Errorf("instead of a picture that cannot be drawn there is %q", text)
	}
	if shown := get(p, chromedp.Evaluate[bool](`document.querySelector(".drawn details").open`)); shown {
		t.Error("the source is open beside the picture")
	}
	p.do(chromedp.Click(chromedp.CSS(".drawn summary")), chromedp.WaitVisible(chromedp.CSS(".drawn details pre")))
	p.do(chromedp.Click(chromedp.CSS("button[name=theme][value=dark]")))
	p.until(`document.documentElement.dataset.theme === "dark"`)
	p.until(`document.querySelectorAll(".drawn iframe").length === 1`)
}
