package scm

import (
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Origin is what a descriptor says about where the code of its entity lies.
type Origin struct {
	Annotation func(key string) string // the value of an annotation, "" when absent
	Descriptor string                  // path or URL of the descriptor file, may be empty
}

// Candidate is one place where an entity's code may lie.
type Candidate struct {
	Target string // for Trees.Open
	// Guess is set when the descriptor only happens to lie there: the place is the code's only if the descriptor
	// is kept with it, that is if manifests lie in the same folder.
	Guess bool
}

var (
	ownDescriptor = regexp.MustCompile(`(?i)^([a-z0-9_.-]*catalog-info|\.?backstage|component|entity)\.ya?ml$`)
	slugPattern   = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)
)

// Candidates lists where the code of an entity may lie, best first: the annotation backstage.io/source-location,
// the folder of backstage.io/managed-by-location, the repository of the GitHub or GitLab project slug, and the
// folder next to the descriptor (backstage.io, "Well-known Annotations"). The folder of a descriptor counts only
// when the file's name is one that is kept with the code, such as catalog-info.yaml. A local folder that an
// annotation names must lie in the descriptor's own folder; anything else is left out.
func Candidates(o Origin) []Candidate {
	var out []Candidate
	add := func(target string, guess bool) {
		for _, c := range out {
			if c.Target == target {
				return
			}
		}
		if target != "" {
			out = append(out, Candidate{target, guess})
		}
	}
	if s, err := Resolve(o.Descriptor, o.Annotation("backstage.io/source-location")); err == nil {
		add(s, false)
	}
	if m := o.Annotation("backstage.io/managed-by-location"); isWeb(strings.TrimPrefix(m, "url:")) {
		add(folderOf(m), true)
	}
	for _, h := range slugHosts() {
		if slug := strings.TrimSpace(o.Annotation(h.key)); slugPattern.MatchString(slug) && !strings.Contains(slug, "..") {
			add(h.url+slug, false)
		}
	}
	add(folderOf(o.Descriptor), true)
	return out
}

// slugHosts are the annotations that name a repository by its path, with the host they mean.
func slugHosts() []struct{ key, url string } {
	return []struct{ key, url string }{
		{"github.com/project-slug", "https://github.com/"},
		{"gitlab.com/project-slug", "https://gitlab.com/"},
	}
}

// folderOf is the folder of a descriptor that is kept with its code, else "".
func folderOf(descriptor string) string {
	d := strings.TrimPrefix(strings.TrimSpace(descriptor), "url:")
	if i := strings.IndexAny(d, "?#"); i >= 0 && isWeb(d) {
		d = d[:i]
	}
	if d == "" || !ownDescriptor.MatchString(path.Base(filepath.ToSlash(d))) {
		return ""
	}
	if !strings.Contains(d, "/") {
		return "."
	}
	return d[:strings.LastIndex(d, "/")+1]
}

// Resolve makes the target of an annotation in the given descriptor absolute: a relative one ("dir:.", "./sub",
// "url:../x") is taken from the descriptor's folder. A local target must stay inside the folder of a local
// descriptor, so that a descriptor cannot have other folders of the disk read; what would leave it, and a local
// target in a descriptor from the web, is an error of kind fault.Forbidden.
func Resolve(descriptor, target string) (string, error) {
	t := strings.TrimSpace(target)
	if t == "" {
		return "", fault.New(fault.NotFound, "no source location is given")
	}
	bare := strings.TrimPrefix(t, "url:")
	if isWeb(bare) || strings.HasPrefix(bare, "git@") {
		return bare, nil
	}
	d := strings.TrimPrefix(strings.TrimSpace(descriptor), "url:")
	if isWeb(d) {
		return resolveWeb(d, bare)
	}
	p, err := parseLocal(bare)
	if err != nil {
		return "", err
	}
	l, err := parseLocal(d)
	if err != nil || d == "" {
		return "", fault.New(fault.Forbidden, "%q is a local folder, but its descriptor is not a local file", clip(t))
	}
	dir := filepath.Dir(l.path)
	at := p.path
	if !filepath.IsAbs(at) {
		at = filepath.Join(dir, at)
	}
	if rel, err := filepath.Rel(dir, at); err != nil || !filepath.IsLocal(rel) {
		return "", fault.New(fault.Forbidden, "%q lies outside the folder of its descriptor", clip(t))
	}
	return at, nil
}

func resolveWeb(descriptor, target string) (string, error) {
	if strings.HasPrefix(target, "file:") || strings.HasPrefix(target, "/") {
		return "", fault.New(fault.Forbidden, "%q is a local folder, but its descriptor comes from the web", clip(target))
	}
	base, err := url.Parse(descriptor)
	if err != nil {
		return "", fault.New(fault.Invalid, "%q is not a usable address", clip(descriptor))
	}
	ref, err := url.Parse(strings.TrimPrefix(target, "dir:"))
	if err != nil || ref.IsAbs() || ref.Host != "" {
		return "", fault.New(fault.Invalid, "%q is not a usable folder", clip(target))
	}
	u := base.ResolveReference(ref)
	u.RawQuery, u.Fragment = "", ""
	if strings.HasPrefix(u.Path, "/../") {
		return "", fault.New(fault.Forbidden, "%q climbs out of the repository", clip(target))
	}
	return u.String(), nil
}
