package catalog

import (
	"path"
	"strconv"
	"strings"
)

// The annotations by which Backstage says where an entity was read (backstage.io, "Well-known Annotations").
const (
	AnnotationLocation       = "backstage.io/managed-by-location"
	AnnotationOriginLocation = "backstage.io/managed-by-origin-location"
	AnnotationViewURL        = "backstage.io/view-url"
	AnnotationEditURL        = "backstage.io/edit-url"
	AnnotationSourceLocation = "backstage.io/source-location"
	AnnotationOrphan         = "backstage.io/orphan"
)

// Annotations are those that Backstage adds to an entity read at this place, sorted by key: the location and the
// configured one that led to it, and for a descriptor on the web where to view and to edit it and the folder of its
// source. A descriptor that has one of them itself keeps its own.
func (p Provenance) Annotations() []Pair {
	if p.Location == "" {
		return nil
	}
	kind := "file:"
	if web(p.Location) {
		kind = "url:"
	}
	out := make([]Pair, 0, 5)
	if edit := p.editURL(); edit != "" {
		out = append(out, Pair{AnnotationEditURL, edit})
	}
	out = append(out, Pair{AnnotationLocation, kind + p.Location})
	if strings.Contains(p.Origin, ":") {
		out = append(out, Pair{AnnotationOriginLocation, p.Origin})
	}
	if kind == "url:" {
		out = append(out, Pair{AnnotationSourceLocation, "url:" + p.folder()}, Pair{AnnotationViewURL, p.viewURL()})
	}
	return out
}

func web(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

// viewURL leads to the line where the host shows lines.
func (p Provenance) viewURL() string {
	if p.Line > 1 && strings.Contains(p.Location, "/blob/") && !strings.Contains(p.Location, "#") {
		return p.Location + "#L" + strconv.Itoa(p.Line)
	}
	return p.Location
}

// editURL is known for the hosts whose addresses of files contain /blob/: GitHub, GitLab, Gitea.
func (p Provenance) editURL() string {
	if !web(p.Location) || !strings.Contains(p.Location, "/blob/") {
		return ""
	}
	return strings.Replace(p.Location, "/blob/", "/edit/", 1)
}

// folder is the address of the folder that a descriptor on the web lies in.
func (p Provenance) folder() string {
	address, _, _ := strings.Cut(p.Location, "#")
	address, _, _ = strings.Cut(address, "?")
	scheme, rest, _ := strings.Cut(address, "://")
	return strings.Replace(scheme+"://"+path.Dir(rest)+"/", "/blob/", "/tree/", 1)
}
