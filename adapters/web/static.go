package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// assets are the files that pages load: each by its plain name, and by a name with a fingerprint of its content, which
// a browser keeps for a year.
type assets struct {
	names map[string]string // the plain name to that with the fingerprint
	files map[string]asset  // by either name
}

type asset struct {
	*content
	cache  string
	policy string // in place of that of all pages; "": there is none of its own
	shared bool   // also with documents of other origins, as sandboxed ones are
}

// bundles are the files that are made of others, in the order of their names.
func bundles() map[string]string {
	return map[string]string{"style.css": "css/*.css", "app.js": "js/*.js"}
}

// newAssets reads the static files and joins the bundles.
func newAssets(static fs.FS, p *packer) (*assets, error) {
	a := &assets{names: map[string]string{}, files: map[string]asset{}}
	for name, pattern := range bundles() {
		parts, err := fs.Glob(static, pattern)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "static files")
		}
		slices.SortFunc(parts, cmp.Compare)
		var all []byte
		for _, part := range parts {
			data, err := fs.ReadFile(static, part)
			if err != nil {
				return nil, fault.Wrap(fault.Internal, err, "static files")
			}
			all = append(all, data...)
		}
		a.add(p, name, all)
	}
	a.add(p, "docs.css", []byte(docs.Stylesheet()))
	own, err := fs.Glob(static, "*.*")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "static files")
	}
	for _, name := range own {
		data, err := fs.ReadFile(static, name)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "static files")
		}
		a.add(p, name, data)
	}
	return a, nil
}

func (a *assets) add(p *packer, name string, data []byte) {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".txt": "text/plain; charset=utf-8"}
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	c := p.content(kinds[ext], data)
	c.etag = `"` + hex.EncodeToString(sum[:8]) + `"`
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	a.names[name] = hashed
	a.files[name] = asset{content: c, cache: "public, max-age=3600"}
	a.files[hashed] = asset{content: c, cache: "public, max-age=31536000, immutable"}
}

// path is the address of a file, for templates.
func (a *assets) path(name string) string { return "/static/" + a.names[name] }

// file serves a static file.
func (w *Web) file(rw http.ResponseWriter, r *http.Request) {
	f, ok := w.assets.files[strings.TrimPrefix(r.URL.Path, "/static/")]
	if !ok {
		w.missing(rw, r, "")
		return
	}
	rw.Header().Set("Cache-Control", f.cache)
	if f.policy != "" {
		rw.Header().Set("Content-Security-Policy", f.policy)
	}
	if f.shared {
		rw.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	send(rw, r, http.StatusOK, f.content)
}
