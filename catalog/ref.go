package catalog

import (
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// DefaultNamespace is the namespace of an entity or a reference that names none (backstage.io, "References").
const DefaultNamespace = "default"

// Ref names one entity. Its parts are lower case: references compare without regard to case, and every map in
// Backchannel is keyed by the lower-case form.
type Ref struct{ Kind, Namespace, Name string }

// MakeRef returns the lower-case reference of the given parts; an empty namespace becomes DefaultNamespace.
func MakeRef(kind, namespace, name string) Ref {
	if namespace == "" {
		namespace = DefaultNamespace
	}
	return Ref{strings.ToLower(kind), strings.ToLower(namespace), strings.ToLower(name)}
}

// String renders kind:namespace/name.
func (r Ref) String() string { return r.Kind + ":" + r.Namespace + "/" + r.Name }

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// Short renders the reference without a default namespace and, when kind equals r.Kind, without the kind.
func (r Ref) Short(kind string) string {
	s := r.Name
	if r.Namespace != DefaultNamespace {
		s = r.Namespace + "/" + s
	}
	if r.Kind != kind {
		s = r.Kind + ":" + s
	}
	return s
}

// Compare orders references by their string form.
func (r Ref) Compare(o Ref) int {
	if c := strings.Compare(r.Kind, o.Kind); c != 0 {
		return c
	}
	if c := strings.Compare(r.Namespace, o.Namespace); c != 0 {
		return c
	}
	return strings.Compare(r.Name, o.Name)
}

// ParseRef reads "[kind:][namespace/]name" as @backstage/catalog-model's parseEntityRef does: the first colon ends
// the kind and the first slash the namespace, a colon behind the slash belongs to the name, and an empty part is an
// error of kind Invalid. A missing kind takes defaultKind, and is an error when that is empty too; a missing
// namespace takes defaultNamespace, or DefaultNamespace when that is empty. Parts are not checked for their
// characters.
func ParseRef(s, defaultKind, defaultNamespace string) (Ref, error) {
	kind, namespace, name := defaultKind, defaultNamespace, s
	colon, slash := strings.IndexByte(s, ':'), strings.IndexByte(s, '/')
	if slash >= 0 && colon > slash {
		colon = -1
	}
	if colon >= 0 {
		kind = s[:colon]
		if kind == "" {
			return Ref{}, badRef(s)
		}
		name = s[colon+1:]
	}
	if slash >= 0 {
		namespace = s[colon+1 : slash]
		if namespace == "" {
			return Ref{}, badRef(s)
		}
		name = s[slash+1:]
	}
	if name == "" {
		return Ref{}, badRef(s)
	}
	if kind == "" {
		return Ref{}, fault.New(fault.Invalid, "entity reference %q has no kind; write it as kind:name, for example component:%s", clip(s), clip(name))
	}
	return MakeRef(kind, namespace, name), nil
}

func badRef(s string) error {
	return fault.New(fault.Invalid, "entity reference %q is not of the form [kind:][namespace/]name", clip(s))
}

// clip bounds foreign text inside an error message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
