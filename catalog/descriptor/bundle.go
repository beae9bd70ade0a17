package descriptor

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// The bounds of one bundle: files read, nesting of references in references, and size of the result.
const (
	bundleFiles = 200
	bundleDepth = 50
	bundleBytes = 8 << 20
)

// bundler pulls the files that an API definition refers to into one document.
type bundler struct {
	read  func(target string) ([]byte, error)
	files map[string]*yamldoc.Node
	open  map[string]bool // references being followed
	size  int
}

// bundle returns an API definition whose references to other files are replaced by what they name. A definition
// without such references, or that cannot be parsed, is returned as it is; otherwise the result is JSON. References
// within the definition itself stay references. One that leads back to itself is left as an empty object.
func bundle(target string, data []byte, read func(string) ([]byte, error)) (string, error) {
	root, err := yamldoc.Parse(data, yamldoc.Limits{})
	if err != nil || !external(root) {
		return string(data), nil
	}
	b := bundler{read: read, files: map[string]*yamldoc.Node{target: root}, open: map[string]bool{}}
	out, err := b.inline(root, target, target, 0)
	if err != nil {
		return "", err
	}
	return string(yamldoc.AppendJSON(nil, out)), nil
}

// external reports whether a tree refers to other files.
func external(n *yamldoc.Node) bool {
	for _, item := range n.Items {
		if external(item) {
			return true
		}
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.Key == "$ref" && f.Value.Kind == yamldoc.String && !strings.HasPrefix(f.Value.Text, "#") || external(f.Value) {
			return true
		}
	}
	return false
}

// inline copies a tree of the given file, following references out of the top file.
func (b *bundler) inline(n *yamldoc.Node, file, top string, depth int) (*yamldoc.Node, error) {
	if b.size++; b.size > bundleBytes/16 || depth > bundleDepth*4 {
		return nil, fault.New(fault.Invalid, "its references grow too large")
	}
	if ref := n.Get("$ref"); ref != nil && ref.Kind == yamldoc.String {
		if own := strings.HasPrefix(ref.Text, "#"); !own || file != top {
			return b.follow(n, ref.Text, file, top, depth)
		}
	}
	out := *n
	if n.Kind == yamldoc.List {
		out.Items = make([]*yamldoc.Node, len(n.Items))
	}
	for i, item := range n.Items {
		v, err := b.inline(item, file, top, depth+1)
		if err != nil {
			return nil, err
		}
		out.Items[i] = v
	}
	out.Fields = append([]yamldoc.Field(nil), n.Fields...)
	for i := range out.Fields {
		v, err := b.inline(n.Fields[i].Value, file, top, depth+1)
		if err != nil {
			return nil, err
		}
		out.Fields[i].Value = v
	}
	b.size += len(n.Text) / 16
	return &out, nil
}

func (b *bundler) follow(n *yamldoc.Node, ref, file, top string, depth int) (*yamldoc.Node, error) {
	name, fragment, _ := strings.Cut(ref, "#")
	target := file
	if name != "" {
		target = beside(file, name)
	}
	if target == top { // back into the definition itself
		return &yamldoc.Node{Kind: yamldoc.Map, Fields: []yamldoc.Field{{Key: "$ref", Value: &yamldoc.Node{Kind: yamldoc.String, Text: "#" + fragment}}}}, nil
	}
	place := target + "#" + fragment
	if b.open[place] {
		return &yamldoc.Node{Kind: yamldoc.Map}, nil
	}
	if len(b.open) > bundleDepth {
		return nil, fault.New(fault.Invalid, "its references nest more than %d deep", bundleDepth)
	}
	root, err := b.load(target)
	if err != nil {
		return nil, err
	}
	v := pointer(root, fragment)
	if v == nil {
		return nil, fault.At(fault.Position{File: file, Line: n.Line}, "the reference %q names nothing", clip(ref))
	}
	b.open[place] = true
	defer delete(b.open, place)
	return b.inline(v, target, top, depth+1)
}

func (b *bundler) load(target string) (*yamldoc.Node, error) {
	if n := b.files[target]; n != nil {
		return n, nil
	}
	if len(b.files) >= bundleFiles {
		return nil, fault.New(fault.Invalid, "it refers to more than %d files", bundleFiles)
	}
	data, err := b.read(target)
	if err != nil {
		return nil, err
	}
	n, err := yamldoc.Parse(data, yamldoc.Limits{})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s", target)
	}
	b.files[target] = n
	return n, nil
}

// beside resolves a reference against the file or URL it stands in.
func beside(file, name string) string {
	if u, err := url.Parse(name); err == nil && u.IsAbs() {
		return name
	}
	if base, err := url.Parse(file); err == nil && base.IsAbs() {
		if u, err := base.Parse(name); err == nil {
			return u.String()
		}
	}
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	joined := path.Join(path.Dir(file), name)
	if strings.HasPrefix(file, "./") && !strings.HasPrefix(joined, "../") {
		return "./" + joined
	}
	return joined
}

// pointer follows a JSON pointer (RFC 6901) as a URL fragment.
func pointer(n *yamldoc.Node, fragment string) *yamldoc.Node {
	if s, err := url.PathUnescape(fragment); err == nil {
		fragment = s
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
		if part == "" && !strings.Contains(fragment, "/") || n == nil {
			break
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		if n.Kind == yamldoc.List {
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(n.Items) {
				return nil
			}
			n = n.Items[i]
			continue
		}
		n = n.Get(part)
	}
	return n
}
