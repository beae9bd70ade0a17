//go:build browser

package web

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a page of a headless Chromium. Whatever a page throws or writes to the console as an error fails the test.
type tab struct {
	*testing.T
	ctx context.Context
}

// patience is how long a browser is waited for.
const patience = 3 * time.Minute

const (
	enter  = "\r"
	up     = "\u0304" // ArrowUp in chromedp/kb
	escape = "\u001b"
)

func open(t *testing.T) tab {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)
	alloc, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	if err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("script failed: %+v", ev.ExceptionDetails)
		case *runtime.EventConsoleAPICalled:
			if string(ev.Type) == "error" {
				t.Errorf("console: %+v", ev.Args)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return tab{t, ctx}
}

func (p tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

func get[T any](p tab, a chromedp.Action[T]) T {
	p.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.Fatal(err)
	}
	return v
}

func (p tab) text(css string) string {
	p.Helper()
	return strings.TrimSpace(get(p, chromedp.Text(chromedp.CSS(css))))
}

func (p tab) ask(q string) {
	p.Helper()
	p.do(chromedp.SetValue(chromedp.CSS("#question"), q), chromedp.SendKeys(chromedp.CSS("#question"), enter))
}

// answers waits until the page shows n answers.
func (p tab) answers(n int) {
	p.Helper()
	p.until(`document.querySelectorAll(".answer").length >= ` + strconv.Itoa(n))
}

// until waits until an expression is true, also where the page goes to another one meanwhile.
func (p tab) until(js string) {
	p.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			p.Fatalf("%s: %v %v", js, ok, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func serve(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(site(t, func(c *Config) { c.BaseURL = "" }).Handler())
	t.Cleanup(s.Close)
	return s.URL
}

func TestChatInABrowser(t *testing.T) {
	p, base := open(t), serve(t)
	p.do(chromedp.Navigate(base + "/chat"))
	p.ask("owner")
	p.answers(1)
	if q, a, at := p.text(".asked"), p.text(".answer .fact"), get(p, chromedp.Location()); q != "owner" || a != "Checkout is owned by Checkout Crew." || at != base+"/chat" {
		t.Errorf("asked %q, answered %q at %s", q, a, at)
	}
	p.do(chromedp.Click(chromedp.CSS(".answer button[name=token]"))) // a button of the answer goes on
	p.answers(2)
	if q, a := p.text(".exchange:nth-of-type(2) .asked"), p.text(".exchange:nth-of-type(2) .answer"); q != "Who is on call?" || !strings.HasPrefix(a, "You said: pressed u") {
		t.Errorf("asked %q, answered %q", q, a)
	}
	get(p, chromedp.Evaluate[bool](`document.activeElement.blur(), true`))
	p.do(chromedp.KeyEvent("/")) // goes to the search
	if name := get(p, chromedp.Evaluate[string](`document.activeElement.name`)); name != "q" {
		t.Errorf("the focus is on %q", name)
	}
	p.do(chromedp.KeyEvent(escape), chromedp.KeyEvent(escape)) // empties and leaves it
	if tag := get(p, chromedp.Evaluate[string](`document.activeElement.tagName`)); tag != "BODY" {
		t.Errorf("the focus is on a %s", tag)
	}
	p.do(chromedp.Focus(chromedp.CSS("#question")), chromedp.KeyEvent(up)) // brings the question back
	if q := get(p, chromedp.Value(chromedp.CSS("#question"))); q != "owner" {
		t.Errorf("the box has %q", q)
	}
	p.ask("choose menu zh")
	p.answers(3)
	p.do(chromedp.Click(chromedp.CSS(".menu button")))
	p.answers(4)
	if q := p.text(".exchange:nth-of-type(4) .asked"); q != "payments-api · 服务 · Ledger" {
		t.Errorf("the menu asked %q", q)
	}
	p.do(chromedp.Navigate(base + "/chat")) // the conversation is there after a reload, until a new one is begun
	p.answers(4)
	p.do(chromedp.Click(chromedp.CSS("#fresh button")), chromedp.WaitVisible(chromedp.CSS("#chat:not(.begun) #composer")))
}

// TestAWalk goes from the start page over search, an entity and its docs to the chat, as people do.
func TestAWalk(t *testing.T) {
	p, base := open(t), serve(t)
	follow := func(css, wait string) {
		t.Helper()
		p.do(chromedp.Click(chromedp.CSS(css)), chromedp.WaitVisible(chromedp.CSS(wait)))
	}
	p.do(chromedp.Navigate(base+"/"), chromedp.KeyEvent(escape), chromedp.KeyEvent("/"), chromedp.SendKeys(chromedp.CSS(".bigfind input"), "payments fail"+enter), chromedp.WaitVisible(chromedp.CSS(".hits")))
	if marked := p.text(".hits .excerpt, .hits .hit"); !strings.Contains(marked, "When payments fail") {
		t.Errorf("the search found %q", marked)
	}
	follow(".hits .note a", ".tiles")
	if h := p.text("h1"); h != "Checkout" {
		t.Fatalf("the hit's entity is %q", h)
	}
	if n := get(p, chromedp.Evaluate[int](`document.querySelectorAll(".graph.wide a").length`)); n < 4 {
		t.Errorf("the graph has %d links", n)
	}
	follow(".tiles .lead a[href^='/docs/']", ".doc")
	follow(".tree a[href$='/runbook']", ".doc h2#when-payments-fail")
	if h := p.text(".tree [aria-current]"); h != "Runbook" {
		t.Errorf("the navigation shows %q", h)
	}
	follow(".beside [rel=prev]", ".tree [aria-current]:not([href$='/runbook'])")
	p.do(chromedp.Click(chromedp.CSS("button[name=theme][value=dark]")))
	p.until(`document.documentElement.dataset.theme === "dark"`)
	follow(".of a", ".tiles")
	follow(".examples button", "#log .answer")
	if q, theme := p.text(".asked"), get(p, chromedp.Evaluate[string](`document.documentElement.dataset.theme`)); !strings.Contains(q, "checkout") || theme != "dark" {
		t.Errorf("the chat shows %q in %q", q, theme)
	}
	p.do(chromedp.Click(chromedp.CSS("button[name=lang][value=zh]")), chromedp.WaitVisible(chromedp.CSS("html[lang=zh] main")))
}

func TestChatWithoutJavaScript(t *testing.T) {
	p, base := open(t), serve(t)
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(base+"/chat"), chromedp.SendKeys(chromedp.CSS("#question"), "hello"+enter), chromedp.WaitVisible(chromedp.CSS(".answer")))
	if a, at := p.text(".answer"), get(p, chromedp.Location()); a != "You said: hello" || at != base+"/chat/messages" {
		t.Errorf("answered %q at %s", a, at)
	}
}

func TestNoPageIsWiderThanAPhone(t *testing.T) {
	p, base := open(t), serve(t)
	p.do(chromedp.EmulateViewport(360, 740))
	narrow := func(what string) {
		if wide := get(p, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); wide > 360 {
			t.Errorf("%s is %d pixels wide", what, wide)
		}
	}
	for _, path := range []string{"/", "/catalog", "/catalog/default/component/checkout", "/catalog/default/component/hostile", "/search?q=checkout", "/docs/default/component/checkout", "/catalog/default/group/checkout-crew", "/catalog/default/user/mei", "/catalog/default/component/checkout/descriptor", "/radar", "/templates", "/chat", "/nothing"} {
		p.do(chromedp.Navigate(base + path))
		narrow(path)
	}
	for _, sample := range []string{"table wide", "hostile text", "hostile blocks", "hostile actions", "version fleet", "card", "menu long", "code"} {
		p.do(chromedp.Navigate(base + "/chat"))
		n := get(p, chromedp.Evaluate[int](`document.querySelectorAll(".answer").length`))
		p.ask(sample)
		p.answers(n + 1)
		narrow(sample)
	}
}

// Tiles that fill a row and a half show the colour of their lines beside the last one, unless they share what is left.
func TestRowsOfTilesAreFull(t *testing.T) {
	p, base := open(t), serve(t)
	const short = `(() => {
		const list = document.querySelector(".counts, .tiles"), edge = list.getBoundingClientRect().right - 1, rows = {}
		for (const tile of list.children) { const r = tile.getBoundingClientRect(); rows[r.top] = Math.max(rows[r.top] ?? 0, r.right) }
		return Object.values(rows).filter(right => Math.abs(right - edge) > 1).map(right => Math.round(edge - right)).join(", ")
	})()`
	look := func(what string) {
		t.Helper()
		for _, width := range []int64{320, 768, 900, 1024, 1280, 2560} {
			p.do(chromedp.EmulateViewport(width, 900))
			if rest := get(p, chromedp.Evaluate[string](short)); rest != "" {
				t.Errorf("%s, %d wide: rows end %s pixels early", what, width, rest)
			}
		}
	}
	for _, path := range []string{"/catalog/default/component/checkout", "/catalog/default/group/checkout-crew", "/catalog/default/user/mei"} {
		p.do(chromedp.Navigate(base + path))
		look(path)
	}
	p.do(chromedp.Navigate(base + "/"))
	for n := range len(kindOrder()) {
		get(p, chromedp.Evaluate[int](`(list => { list.replaceChildren(...Array.from({length: `+strconv.Itoa(n+1)+`}, () => list.firstElementChild.cloneNode(true))); return list.children.length })(document.querySelector(".counts"))`))
		look(strconv.Itoa(n+1) + " kinds")
	}
}

// TestShots writes pictures of the pages to the folder named by SHOTS, to be looked at: of the small company, or of
// the address SHOTS_OF with its own pages and questions.
func TestShots(t *testing.T) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		t.Log("SHOTS names no folder")
		return
	}
	base, pages, questions := os.Getenv("SHOTS_OF"), strings.Fields(os.Getenv("SHOTS_PAGES")), strings.Split(os.Getenv("SHOTS_ASK"), "|")
	if base == "" {
		base = serve(t)
		pages = []string{"/", "/catalog", "/catalog/default/component/checkout", "/search?q=checkout", "/docs/default/component/checkout"}
		questions = []string{"owner", "version fleet", "choose", "card", "chart pie"}
	}
	for _, v := range []struct {
		name, theme string
		w, h        int64
	}{{"desktop-light", "light", 1280, 900}, {"desktop-dark", "dark", 1280, 900}, {"phone-light", "light", 390, 844}, {"phone-dark", "dark", 390, 844}} {
		p := open(t)
		p.do(chromedp.EmulateViewport(v.w, v.h))
		if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.theme}}}); err != nil {
			t.Fatal(err)
		}
		shoot := func(name string) {
			if err := os.WriteFile(filepath.Join(dir, v.name+"-"+name+".png"), get(p, chromedp.CaptureScreenshot()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, path := range pages {
			p.do(chromedp.Navigate(base + path))
			shoot("page-" + strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path), "-"))
		}
		p.do(chromedp.Navigate(base + "/chat"))
		for i, q := range questions {
			p.ask(q)
			p.answers(i + 1)
			shoot("chat-" + strconv.Itoa(i+1))
		}
	}
}
