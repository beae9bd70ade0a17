package docs

import (
	"context"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/scm"
)

const (
	liveFile = "assets/live.js"
	livePath = "/assets/live"

	rereadAfter = 300 * time.Millisecond // a folder is not looked at more often
	watchFor    = 25 * time.Second       // a page's question whether anything changed is answered after this at the latest
)

// liveScript reloads a page when its site has changed.
const liveScript = `(async () => {
  let seen = "";
  for (;;) {
    try {
      const answer = await fetch("` + livePath + `?seen=" + seen);
      const now = await answer.text();
      if (answer.ok && seen && now !== seen) location.reload();
      if (answer.ok) seen = now; else await new Promise(r => setTimeout(r, 2000));
    } catch { await new Promise(r => setTimeout(r, 2000)); }
  }
})();
`

// Preview shows the site of a folder as it is at the moment. Pages in the browser reload when files change.
type Preview struct {
	static *Static
	dir    string
	report func(*Site) // hears of each new state

	mu   sync.Mutex // guards what follows
	site *Site
	read time.Time
}

// NewPreview returns a handler for the documentation in a folder, which must have a page. report is called with each
// state of the site that is read, the first one included.
func NewPreview(ctx context.Context, static *Static, dir string, report func(*Site)) (*Preview, error) {
	p := &Preview{static: static, dir: dir, report: report}
	if _, err := p.now(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// now is the present site; its last good state while it cannot be read.
func (p *Preview) now(ctx context.Context) (*Site, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.site != nil && p.static.now().Sub(p.read) < rereadAfter {
		return p.site, nil
	}
	site, err := p.static.Read(ctx, p.dir, p.site)
	p.read = p.static.now()
	if err != nil {
		if p.site == nil {
			return nil, err
		}
		return p.site, nil
	}
	if site != p.site {
		p.site = site
		p.report(site)
	}
	return site, nil
}

// ServeHTTP implements http.Handler.
func (p *Preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	site, err := p.now(r.Context())
	if err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	switch name := strings.TrimPrefix(path.Clean(r.URL.Path), "/"); {
	case r.URL.Path == livePath:
		p.watch(w, r)
	case name == styleFile:
		send(w, "text/css; charset=utf-8", []byte(shellStyle+stylesheet))
	case name == liveFile:
		send(w, "text/javascript; charset=utf-8", []byte(liveScript))
	default:
		p.show(w, r, site, name)
	}
}

func send(w http.ResponseWriter, media string, data []byte) {
	w.Header().Set("Content-Type", media)
	_, _ = w.Write(data) // a reader that is gone needs nothing
}

// show answers with a page or a file of the site.
func (p *Preview) show(w http.ResponseWriter, r *http.Request, site *Site, name string) {
	if i, ok := site.byPath[trimPath(name)]; ok {
		if !strings.HasSuffix(r.URL.Path, "/") { // links on the page are relative to it as a folder
			http.Redirect(w, r, r.URL.EscapedPath()+"/", http.StatusMovedPermanently)
			return
		}
		s := newShell(site)
		s.live = true
		w.Header().Set("Content-Security-Policy", previewPolicy(p.static.frames))
		send(w, "text/html; charset=utf-8", s.page(nil, i, p.static.highlight))
		return
	}
	real, ok := site.files[name]
	media := assetType(name)
	if !ok || media == "" || !localFile(name) {
		http.NotFound(w, r)
		return
	}
	tree, err := openFolder(r.Context(), p.dir)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer tree.Close()
	data, err := scm.ReadFile(tree, real, MaxAsset)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", assetPolicy)
	send(w, media, data)
}

// previewPolicy lets pages show pictures and films of elsewhere, and frames of the hosts that are named.
func previewPolicy(frames []string) string {
	policy := "default-src 'self'; img-src 'self' https:; media-src 'self' https:; object-src 'none'; base-uri 'none'; frame-src"
	for _, host := range frames {
		policy += " https://" + host
	}
	if len(frames) == 0 {
		policy += " 'none'"
	}
	return policy
}

// watch answers once the site is another than the page has seen, or after a while.
func (p *Preview) watch(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), watchFor)
	defer cancel()
	tick := time.NewTicker(rereadAfter)
	defer tick.Stop()
	seen := r.URL.Query().Get("seen")
	for {
		site, err := p.now(ctx)
		if err != nil {
			break
		}
		if mark := site.Mark(); mark != seen {
			send(w, "text/plain; charset=utf-8", []byte(mark))
			return
		}
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	send(w, "text/plain; charset=utf-8", []byte(seen))
}
