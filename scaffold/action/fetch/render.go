package fetch

import (
	"context"
	"io/fs"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// settings are what the steps that render have in common.
type settings struct {
	TargetPath            string
	Values                input.Value
	CopyWithoutTemplating []string
	CopyWithoutRender     []string
	CookiecutterCompat    bool
	TemplateFileExtension any // a text or true
	Replace               bool
	TrimBlocks            bool
	LstripBlocks          bool
}

// defaultExtension is that of templateFileExtension: true.
const defaultExtension = ".njk"

// extension is the extension of files that are templates; "" means all are.
func (s settings) extension() string {
	switch e := s.TemplateFileExtension.(type) {
	case string:
		if e == "" || strings.HasPrefix(e, ".") {
			return e
		}
		return "." + e
	case bool:
		if e {
			return defaultExtension
		}
	}
	return ""
}

// check returns what contradicts itself.
func (s settings) check() error {
	switch {
	case s.CopyWithoutRender != nil && s.CopyWithoutTemplating != nil:
		return fault.New(fault.Invalid, "copyWithoutRender and copyWithoutTemplating cannot be used together")
	case s.extension() != "" && (s.CopyWithoutRender != nil || s.CopyWithoutTemplating != nil || s.CookiecutterCompat):
		return fault.New(fault.Invalid, "templateFileExtension cannot be used with copyWithoutTemplating, copyWithoutRender or cookiecutterCompat")
	}
	return nil
}

// renderer renders names and contents with the values of a step.
type renderer struct {
	engine *template.Engine
	ctx    *template.Context
	opts   template.Options
}

func newRenderer(c *scaffold.Call, s settings) (*renderer, error) {
	if c.Engine == nil {
		return nil, fault.New(fault.Internal, "nothing renders templates here")
	}
	name := "values"
	if s.CookiecutterCompat {
		name = "cookiecutter"
	}
	ctx, err := template.NewContext(template.ObjectValue(template.Field{Key: name, Value: s.Values.Value}), nil)
	if err != nil {
		return nil, err
	}
	o := template.Options{CookiecutterCompat: s.CookiecutterCompat, TrimBlocks: s.TrimBlocks, LstripBlocks: s.LstripBlocks}
	return &renderer{c.Engine, ctx, o}, nil
}

// render renders a source; the name is the file in errors.
func (r *renderer) render(name, source string) (string, error) {
	if !strings.Contains(source, "{{") && !strings.Contains(source, "{%") && !strings.Contains(source, "{#") {
		return source, nil
	}
	t, err := r.engine.Parse(name, source, r.opts)
	if err != nil {
		return "", err
	}
	return t.Render(r.ctx)
}

// job is one rendering of a folder into the workspace.
type job struct {
	*renderer
	settings
	call   *scaffold.Call
	from   string // what files are below, for errors
	target string // cleaned
	ext    string
	raw    map[string]bool // paths whose contents are not rendered
	there  map[string]bool // paths of the workspace that exist
	counts struct{ written, kept, left int }
}

// tree renders the files of a source into the workspace. Errors in a file name it below from.
func tree(ctx context.Context, c *scaffold.Call, from string, files fs.FS, s settings) error {
	if err := s.check(); err != nil {
		return err
	}
	target, err := c.Workspace.Clean(s.TargetPath)
	if err != nil {
		return err
	}
	r, err := newRenderer(c, s)
	if err != nil {
		return err
	}
	patterns := s.CopyWithoutTemplating
	if s.CopyWithoutRender != nil {
		patterns = s.CopyWithoutRender
	}
	g, err := newGlobs(patterns)
	if err != nil {
		return err
	}
	items, err := list(ctx, files)
	if err != nil {
		return err
	}
	j := job{renderer: r, settings: s, call: c, from: strings.TrimSuffix(from, "/"), target: target, ext: s.extension(), raw: g.set(items)}
	if err := j.look(); err != nil {
		return err
	}
	for _, it := range items {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := j.put(files, it); err != nil {
			return err
		}
	}
	c.Logf(ctx, "%d files written to %s, %d that exist kept, %d left out", j.counts.written, target, j.counts.kept, j.counts.left)
	return nil
}

// look finds out what there is in the target folder.
func (j *job) look() error {
	j.there = map[string]bool{".": true}
	err := j.call.Workspace.Walk(j.target, func(e scaffold.Entry) error {
		j.there[e.Path] = true
		return nil
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	j.there[j.target] = true
	return err
}

// put brings one file or folder into the workspace, unless its name says that it is left out or it is there already.
func (j *job) put(files fs.FS, it item) error {
	name, rendered, err := j.name(it)
	if err != nil {
		return err
	}
	if name == "" || strings.HasPrefix(name, "/") || strings.Contains(name, "//") {
		j.counts.left++
		return nil
	}
	to, err := below(j.target, name)
	if err != nil {
		return err
	}
	if !j.Replace && j.there[to] {
		if !strings.HasSuffix(it.path, "/") {
			j.counts.kept++
		}
		return nil
	}
	for at := to; !j.there[at]; at = path.Dir(at) {
		j.there[at] = true
	}
	if strings.HasSuffix(it.path, "/") {
		return j.call.Workspace.Mkdir(to)
	}
	data, mode, err := readListed(files, it.path)
	if err != nil {
		return err
	}
	if !isBinary(data) {
		source := input.UTF8(data)
		if rendered {
			if source, err = j.render(j.from+"/"+it.path, source); err != nil {
				return err
			}
		}
		data = []byte(source)
	}
	j.counts.written++
	return j.call.Workspace.WriteFile(to, data, mode)
}

// name is the path of an item in the workspace, and whether its contents are rendered.
func (j *job) name(it item) (string, bool, error) {
	name, rendered := it.path, !j.raw[it.path]
	if j.ext != "" {
		if rendered = path.Ext(strings.TrimSuffix(name, "/")) == j.ext && base(name) != j.ext; rendered {
			name = cutExtension(name, j.ext)
		}
	}
	if j.CopyWithoutRender != nil && !rendered {
		return name, false, nil
	}
	name, err := j.render(j.from+"/"+it.path, name)
	return name, rendered, err
}

func base(name string) string { return path.Base(strings.TrimSuffix(name, "/")) }

// cutExtension takes as many characters from the end of a path as the extension has. A folder's path ends with a slash,
// so that the folder a.njk/ becomes a., as in Backstage.
func cutExtension(name, ext string) string { return name[:len(name)-len(ext)] }
