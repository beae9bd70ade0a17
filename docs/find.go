package docs

import (
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// The annotations of TechDocs (backstage.io, "Well-known annotations").
const (
	annotationRef    = "backstage.io/techdocs-ref"
	annotationEntity = "backstage.io/techdocs-entity"
	annotationPath   = "backstage.io/techdocs-entity-path"
	annotationSource = "backstage.io/source-location"
	annotationManage = "backstage.io/managed-by-location"
)

// located is where the documentation of an entity lies, for scm.Trees; "" when it has none of its own. A reference
// that cannot be followed is an error of kind fault.Invalid or fault.Forbidden.
func located(e *catalog.Entity) (string, error) {
	ref := strings.TrimSpace(e.Annotation(annotationRef))
	if ref == "" {
		return "", nil
	}
	at := fault.Position{File: e.Source.Location, Line: e.Source.Line, Field: "metadata.annotations." + annotationRef}
	kind, rest, _ := strings.Cut(ref, ":")
	var where string
	var err error
	switch kind {
	case "url":
		where, err = scm.Resolve(e.Source.Location, rest)
	case "dir":
		if strings.HasPrefix(rest, "/") || strings.Contains(rest, "://") {
			return "", fault.At(at, "%q is not a folder relative to the source", clip(ref))
		}
		where, err = scm.Resolve(base(e), "dir:"+rest)
	default:
		return "", fault.At(at, "%q is neither dir:FOLDER nor url:ADDRESS", clip(ref))
	}
	if err != nil {
		return "", &fault.Error{Kind: fault.KindOf(err), At: at, Message: "the documentation cannot be located", Err: err}
	}
	return where, nil
}

// base is what a relative folder is relative to: the source location on the web, else where the descriptor lies.
func base(e *catalog.Entity) string {
	for _, key := range []string{annotationSource, annotationManage} {
		v := strings.TrimPrefix(strings.TrimSpace(e.Annotation(key)), "url:")
		if !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
			continue
		}
		if ext := path.Ext(v); !strings.HasSuffix(v, "/") && ext != ".yaml" && ext != ".yml" {
			v += "/"
		}
		return v
	}
	return e.Source.Location
}

// redirect is the entity whose documentation an entity shows, and the page of it; zero when it shows its own.
func redirect(e *catalog.Entity) (catalog.Ref, string) {
	v := strings.TrimSpace(e.Annotation(annotationEntity))
	if v == "" {
		return catalog.Ref{}, ""
	}
	ref, err := catalog.ParseRef(v, "component", e.Ref.Namespace)
	if err != nil || ref == e.Ref {
		return catalog.Ref{}, ""
	}
	return ref, trimPath(strings.TrimSpace(e.Annotation(annotationPath)))
}

// Documented reports whether an entity says where its documentation lies, or is an API whose definition can be shown.
// Load needs no others.
func Documented(e *catalog.Entity) bool {
	return defined(e) || e.Annotation(annotationRef) != "" || e.Annotation(annotationEntity) != ""
}
