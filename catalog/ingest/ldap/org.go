package ldap

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
)

// The annotations of Backstage's provider.
const (
	annotationDN   = "backstage.io/ldap-dn"
	annotationRDN  = "backstage.io/ldap-rdn"
	annotationUUID = "backstage.io/ldap-uuid"
)

// member is an entry about to become a User or a Group.
type member struct {
	kind, name  string
	dn, rdn, id string
	title       string // of the profile
	email       string
	picture     string
	about       string
	groupType   string
	memberOf    []string // as the entry says it: DNs, names or ids
	members     []string
	problem     string // why it stays out
	problemAt   string

	parents  []*member // groups that it is in, by reference
	children []*member // groups in it, by reference
	parent   *member
}

func (m *member) ref() catalog.Ref { return catalog.MakeRef(m.kind, "", m.name) }

// org is what one reading found.
type org struct {
	source  *Source
	vendor  *vendor
	members []*member
	names   map[catalog.Ref]*member
}

// add takes an entry over.
func (o *org) add(kind string, s Search, e *ldap.Entry) {
	defaults := o.vendor.defaults(kind).Map
	all := func(field string) []string {
		attributes, set := s.Map[field]
		if !set {
			attributes = defaults[field]
		}
		var out []string
		for a := range strings.SplitSeq(attributes, ",") {
			if a = strings.TrimSpace(a); a != "" {
				out = append(out, e.GetEqualFoldAttributeValues(a)...)
			}
		}
		return out
	}
	first := func(field string) string {
		for _, v := range all(field) {
			if v = strings.ToValidUTF8(strings.TrimSpace(v), ""); v != "" {
				return v
			}
		}
		return ""
	}
	m := &member{
		kind: kind, dn: e.DN, rdn: first("rdn"), id: o.vendor.id(e), title: first("displayName"), email: first("email"),
		picture: first("picture"), about: first("description"), groupType: first("type"), memberOf: all("memberOf"), members: all("members"),
	}
	if m.groupType == "" {
		m.groupType = "team"
	}
	written := first("name")
	m.name = sanitise(written)
	switch attribute := orDefault(s.Map["name"], defaults["name"]); {
	case written == "":
		m.problem, m.problemAt = fmt.Sprintf("the entry has no attribute %s to name it by; a filter can leave out such entries", attribute), attribute
	case m.name == "":
		m.problem, m.problemAt = fmt.Sprintf("%q cannot be a name: nothing of it is a letter or a digit", clip(written)), attribute
	case len(m.name) > 63:
		m.problem, m.problemAt = fmt.Sprintf("%q cannot be a name: it is longer than 63 characters", clip(m.name)), attribute
	}
	if m.problem == "" {
		if o.names == nil {
			o.names = map[catalog.Ref]*member{}
		}
		if other := o.names[m.ref()]; other != nil {
			m.problem = fmt.Sprintf("%s is already the name of %s", m.ref(), other.dn)
		} else {
			o.names[m.ref()] = m
		}
	}
	o.members = append(o.members, m)
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// sanitise makes a name of what an attribute holds. A valid name stays as it is; elsewhere each run of other characters
// becomes one underscore, as in Backstage's providers of organisations (normalizeEntityName).
func sanitise(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r == '_':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.Trim(b.String(), "_-.")
}

// location names an entry (RFC 4516).
func (o *org) location(m *member) string {
	return o.source.origin + "/" + url.PathEscape(m.dn)
}

// files are the entries in order, one file each.
func (o *org) files() []catalog.File {
	out := make([]catalog.File, 0, len(o.members))
	for _, m := range o.members {
		out = append(out, o.file(m))
	}
	slices.SortStableFunc(out, func(a, b catalog.File) int { return strings.Compare(a.Location, b.Location) })
	return slices.CompactFunc(out, func(a, b catalog.File) bool { return a.Location == b.Location }) // overlapping searches
}

func (o *org) file(m *member) catalog.File {
	f := catalog.File{Location: o.location(m)}
	if m.problem != "" {
		f.Problems = []catalog.Problem{{Code: catalog.ProblemInvalid, Field: m.problemAt, Message: m.problem}}
		f.Hash = sha256.Sum256([]byte(m.dn + "\x00" + m.problem))
		return f
	}
	text, err := json.Marshal(m.descriptor())
	if err != nil {
		f.Opaque, f.Problems = true, []catalog.Problem{{Code: catalog.ProblemInvalid, Message: err.Error()}}
		return f
	}
	f.Text, f.Hash = text, sha256.Sum256(text)
	for _, d := range descriptor.Read(f.Location, text, descriptor.Options{Origin: o.source.origin}) {
		if d.Entity == nil {
			for _, p := range d.Errors {
				f.Problems = append(f.Problems, catalog.Problem{Code: catalog.ProblemInvalid, Field: p.Path, Message: p.Message})
			}
			f.Broken = append(f.Broken, m.ref())
			continue
		}
		if p, refused := ingest.Refuse(o.source.opt.Allow, d.Entity); refused {
			p.Line = 0
			f.Problems = append(f.Problems, p)
			continue
		}
		d.Entity.Source.Line = 0
		f.Entities = append(f.Entities, d.Entity)
	}
	return f
}

// entity is a descriptor in the order in which people write one.
type entity struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       spec     `json:"spec"`
}

type metadata struct {
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type spec struct {
	Type     string    `json:"type,omitempty"`
	Profile  profile   `json:"profile"`
	Parent   string    `json:"parent,omitempty"`
	Children *[]string `json:"children,omitempty"`
	MemberOf *[]string `json:"memberOf,omitempty"`
}

type profile struct {
	DisplayName string `json:"displayName,omitempty"`
	Email       string `json:"email,omitempty"`
	Picture     string `json:"picture,omitempty"`
}

func (m *member) descriptor() entity {
	out := entity{APIVersion: "backstage.io/v1alpha1", Kind: m.kind}
	out.Metadata = metadata{m.name, m.about, map[string]string{annotationDN: m.dn}}
	if m.rdn != "" {
		out.Metadata.Annotations[annotationRDN] = m.rdn
	}
	if m.id != "" {
		out.Metadata.Annotations[annotationUUID] = m.id
	}
	out.Spec.Profile = profile{m.title, m.email, m.picture}
	if m.kind == "User" {
		out.Spec.MemberOf = refs(m.parents)
		return out
	}
	out.Spec.Type, out.Spec.Children = m.groupType, refs(m.children)
	if m.parent != nil {
		out.Spec.Parent = m.parent.ref().String()
	}
	return out
}

func refs(list []*member) *[]string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.ref().String()
	}
	return &out
}

// clip bounds foreign text in a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
