package docs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/docs/highlight"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// metadataFile is what TechDocs writes beside a site that it built; ours has it as well, so that a Backstage can show it.
const metadataFile = "techdocs_metadata.json"

// Static builds sites as files. It is safe for concurrent use, and keeps highlighted code from one build to the next.
type Static struct {
	now       func() time.Time
	frames    []string
	workers   int
	highlight *highlight.Highlighter
}

// NewStatic returns a builder of static sites that works on a number of pages at a time. now stamps the sites; frames
// are the hosts whose frames pages may show.
func NewStatic(now func() time.Time, workers int, frames ...string) *Static {
	return &Static{now: now, frames: frames, workers: workers, highlight: highlight.New(maxCode)}
}

// Read reads the documentation in a folder: an mkdocs.yml with its pages, or a folder of Markdown. old is the site as
// it was read before, whose unchanged pages are used again, or nil. Everything wrong inside is in Site.Warnings; a folder
// without any page is an error of kind fault.NotFound.
func (s *Static) Read(ctx context.Context, dir string, old *Site) (*Site, error) {
	tree, err := openFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	src, print, err := scan(tree)
	if err != nil {
		return nil, in(dir, err)
	}
	if old != nil && old.print == print {
		return old, nil
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		full = dir
	}
	site, err := src.build(ctx, catalog.MakeRef("component", "", filepath.Base(full)), old, s.frames, s.workers)
	if err != nil {
		return nil, in(dir, err)
	}
	site.print, site.AsOf = print, s.now()
	return site, nil
}

// in says of a folder without documentation which one it is.
func in(dir string, err error) error {
	if errors.Is(err, errNoPages) {
		return fault.New(fault.NotFound, "there is no Markdown file in %s", clip(dir))
	}
	return err
}

func openFolder(ctx context.Context, dir string) (scm.Tree, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s is no folder", clip(dir))
	}
	info, err := os.Stat(full)
	if err != nil || !info.IsDir() {
		return nil, fault.New(fault.NotFound, "%s is no folder", clip(dir))
	}
	trees, err := scm.New(nil, full)
	if err != nil {
		return nil, err
	}
	return trees.Open(ctx, "dir:"+full)
}

// Write writes a site into a folder, a page as page/index.html, and takes away what an earlier site had there. The
// folder must be absent, empty or hold an earlier site. dir is where the site was read from.
func (s *Static) Write(ctx context.Context, site *Site, dir, out string) error {
	before, err := prepareOut(dir, out, site)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return fmt.Errorf("open %s: %w", out, err)
	}
	defer root.Close()
	w := &staticWriter{static: s, site: site, shell: newShell(site), root: root, made: map[string]bool{}}
	for _, name := range before { // its folder is there
		w.made[path.Dir(name)] = true
	}
	if err := w.pages(ctx); err != nil {
		return err
	}
	tree, err := openFolder(ctx, dir)
	if err != nil {
		return err
	}
	defer tree.Close()
	if err := w.assets(ctx, tree); err != nil {
		return err
	}
	if err := w.indexes(); err != nil {
		return err
	}
	for _, name := range before {
		if !w.written[name] && filepath.IsLocal(name) {
			_ = root.Remove(name) // a file that is gone already is as well
		}
	}
	return nil
}

// metadata is techdocs_metadata.json.
type metadata struct {
	SiteName        string   `json:"site_name"`
	SiteDescription string   `json:"site_description"`
	BuildTimestamp  int64    `json:"build_timestamp"` // milliseconds
	Etag            string   `json:"etag"`
	Files           []string `json:"files"`
}

// prepareOut makes the folder and returns the files of an earlier site in it.
func prepareOut(dir, out string, site *Site) ([]string, error) {
	fullDir, err1 := filepath.Abs(dir)
	fullOut, err2 := filepath.Abs(out)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s is no folder", clip(out))
	}
	if rel, err := filepath.Rel(fullDir, fullOut); err == nil && filepath.IsLocal(rel) {
		inside := filepath.ToSlash(rel)
		for _, real := range site.files {
			if inside == "." || strings.HasPrefix(real, inside+"/") {
				return nil, fault.New(fault.Invalid, "%s holds the documentation itself; choose another folder for the site", clip(out))
			}
		}
	}
	if err := os.MkdirAll(fullOut, 0o755); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s cannot be made", clip(out))
	}
	entries, err := os.ReadDir(fullOut)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(fullOut, metadataFile))
	var m metadata
	if err != nil || json.Unmarshal(data, &m) != nil {
		return nil, fault.New(fault.Invalid, "%s is neither empty nor a site that was built before; it is left alone", clip(out))
	}
	return m.Files, nil
}

// staticWriter writes one site.
type staticWriter struct {
	static *Static
	site   *Site
	shell  *shell
	root   *os.Root

	mu      sync.Mutex // guards what follows
	made    map[string]bool
	written map[string]bool
}

func (w *staticWriter) file(name string, data []byte) error {
	dir := path.Dir(name)
	w.mu.Lock()
	if w.written == nil {
		w.written = map[string]bool{}
	}
	w.written[name] = true
	fresh := !w.made[dir]
	w.made[dir] = true
	w.mu.Unlock()
	err := fs.ErrNotExist
	if !fresh || dir == "." {
		err = w.root.WriteFile(name, data, 0o644)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err := w.root.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
		err = w.root.WriteFile(name, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// pages renders and writes the pages, some at a time.
func (w *staticWriter) pages(ctx context.Context) error {
	var next atomic.Int64
	errs := make([]error, max(w.static.workers, 1))
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			var buf []byte
			for errs[i] == nil && ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(w.site.Pages) {
					return
				}
				p := &w.site.Pages[n]
				buf = w.shell.page(buf[:0], n, w.static.highlight)
				errs[i] = w.file(path.Join(p.Path, "index.html"), buf)
			}
		})
	}
	group.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// assets copies the files beside the pages.
func (w *staticWriter) assets(ctx context.Context, tree scm.Tree) error {
	for name, real := range w.site.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if isMarkdown(name) || !localFile(name) || assetType(name) == "" {
			continue
		}
		if err := w.asset(tree, name, real); err != nil {
			return err
		}
	}
	return nil
}

func (w *staticWriter) asset(tree scm.Tree, name, real string) error {
	f, err := tree.Open(real)
	if err != nil {
		return nil // it went away while we were reading
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxAsset+1))
	if err != nil || len(data) > MaxAsset {
		return nil
	}
	return w.file(name, data)
}

// indexes writes the style sheet, the search documents and the metadata.
func (w *staticWriter) indexes() error {
	if err := w.file(styleFile, []byte(shellStyle+stylesheet)); err != nil {
		return err
	}
	index, err := searchIndex(w.site)
	if err == nil {
		err = w.file("search/search_index.json", index)
	}
	if err != nil {
		return err
	}
	m := metadata{
		SiteName: w.site.Title, SiteDescription: or(w.site.About, "None"), BuildTimestamp: w.site.AsOf.UnixMilli(),
		Etag: fmt.Sprintf("%x", w.site.print), Files: []string{metadataFile},
	}
	for name := range w.written {
		m.Files = append(m.Files, name)
	}
	slices.Sort(m.Files)
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", metadataFile, err)
	}
	return w.file(metadataFile, append(data, '\n'))
}

// searchIndex is search/search_index.json as mkdocs writes it: a document a page and one a section.
func searchIndex(site *Site) ([]byte, error) {
	type doc struct {
		Location string `json:"location"`
		Title    string `json:"title"`
		Text     string `json:"text"`
	}
	docs := []doc{}
	for i := range site.Pages {
		p := &site.Pages[i]
		location := p.Path
		if location != "" {
			location += "/"
		}
		for n, s := range p.Sections {
			switch {
			case n == 0:
				docs = append(docs, doc{location, p.Title, s.Text})
			case s.Anchor != "":
				docs = append(docs, doc{location + "#" + s.Anchor, s.Heading, s.Text})
			}
		}
	}
	data, err := json.Marshal(map[string]any{"config": map[string]any{"lang": []string{string(site.Lang)}}, "docs": docs})
	if err != nil {
		return nil, fmt.Errorf("write the search index: %w", err)
	}
	return data, nil
}
