package access

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// People finds the Users of one state of the catalog by what a platform knows of somebody. What two Users claim finds
// neither: whoever asks is nobody then, rather than somebody else. It is safe for concurrent use.
type People struct {
	graph   catalog.Graph
	users   map[string]catalog.Ref // by e-mail, or by annotation and value; zero where several claim it
	mu      sync.Mutex
	members map[catalog.Ref][]catalog.Ref // principals, as they were asked for
}

// maxMembers bounds how many Users' principals are kept.
const maxMembers = 50_000

// NewPeople indexes Users by e-mail and by the given annotations.
func NewPeople(g catalog.Graph, users iter.Seq[*catalog.Entity], annotations []string) *People {
	p := &People{graph: g, users: map[string]catalog.Ref{}, members: map[catalog.Ref][]catalog.Ref{}}
	claim := func(key string, ref catalog.Ref) {
		if other, taken := p.users[key]; taken && other != ref {
			ref = catalog.Ref{}
		}
		p.users[key] = ref
	}
	for u := range users {
		if mail := mailKey(u.Profile.Email); mail != "" {
			claim(mail, u.Ref)
		}
		for _, a := range u.Annotations {
			if v := strings.TrimSpace(a.Value); v != "" && slices.Contains(annotations, a.Key) {
				claim(annotationKey(a.Key, v), u.Ref)
			}
		}
	}
	return p
}

func mailKey(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if !strings.Contains(s, "@") {
		return ""
	}
	return "mail " + s
}

func annotationKey(key, value string) string { return "note " + key + " " + value }

// ByMail returns the User with an e-mail address, without regard to case.
func (p *People) ByMail(address string) (catalog.Ref, bool) {
	ref := p.users[mailKey(address)]
	return ref, !ref.IsZero()
}

// ByAnnotation returns the User with one of the annotations set to one of the values.
func (p *People) ByAnnotation(annotations, values []string) (catalog.Ref, bool) {
	for _, a := range annotations {
		for _, v := range values {
			if ref := p.users[annotationKey(a, v)]; v != "" && !ref.IsZero() {
				return ref, true
			}
		}
	}
	return catalog.Ref{}, false
}

// Principals returns a User and the groups it belongs to, with their ancestors, nearest first; nil when there is no
// such User.
func (p *People) Principals(user catalog.Ref) []catalog.Ref {
	p.mu.Lock()
	defer p.mu.Unlock()
	if list, ok := p.members[user]; ok {
		return list
	}
	var list []catalog.Ref
	if _, ok := p.graph.Entity(user); ok {
		list = closure(p.graph, user, "memberOf", "childOf")
	}
	if len(p.members) >= maxMembers {
		clear(p.members)
	}
	p.members[user] = list
	return list
}

// Name is what people call a User.
func (p *People) Name(user catalog.Ref) string {
	if e, ok := p.graph.Entity(user); ok {
		return e.DisplayName()
	}
	return user.Short("user")
}
