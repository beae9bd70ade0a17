package ldap

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// server is a directory that speaks as much of LDAP as the source needs (RFC 4511, RFC 2696), over plain connections
// that StartTLS may encrypt.
type server struct {
	address string
	tls     *tls.Config
	roots   *tls.Config // for clients

	mu       sync.Mutex
	root     map[string][]string
	entries  []fakeEntry
	binds    []string
	searches []string // base and filter
	asked    []string // attributes of the last search
	result   atomic.Int64
	mute     atomic.Bool // reads and never answers
	secret   string
	endless  bool // every page says that there is another one
	chunk    int  // values of an attribute that are given at once; zero: all
}

type fakeEntry struct {
	dn         string
	attributes map[string][]string
}

func start(t *testing.T, entries ...fakeEntry) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(nil) // for its certificate
	web.StartTLS()
	defer web.Close()
	s := &server{address: l.Addr().String(), entries: entries, secret: "s3cret", tls: &tls.Config{Certificates: web.TLS.Certificates}}
	s.roots = &tls.Config{RootCAs: certPool(web), ServerName: "example.com"}
	var open sync.WaitGroup
	var conns sync.Map
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Store(c, nil)
			open.Go(func() {
				s.serve(c)
				conns.Delete(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		conns.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
		open.Wait()
	})
	return s
}

// serve answers one connection.
func (s *server) serve(c net.Conn) {
	defer func() { c.Close() }()
	for {
		p, err := ber.ReadPacket(c)
		if err != nil || len(p.Children) < 2 {
			return
		}
		if s.mute.Load() {
			continue
		}
		id, op := p.Children[0], p.Children[1]
		switch op.Tag {
		case ldap.ApplicationBindRequest:
			s.mu.Lock()
			s.binds = append(s.binds, text(op.Children[1]))
			s.mu.Unlock()
			code := 0
			if string(op.Children[2].ByteValue) != s.secret && op.Children[2].Data.String() != s.secret {
				code = ldap.LDAPResultInvalidCredentials
			}
			reply(c, id, ldap.ApplicationBindResponse, code)
		case ldap.ApplicationExtendedRequest:
			if s.tls == nil {
				reply(c, id, ldap.ApplicationExtendedResponse, ldap.LDAPResultProtocolError)
				continue
			}
			reply(c, id, ldap.ApplicationExtendedResponse, 0)
			c = tls.Server(c, s.tls)
		case ldap.ApplicationSearchRequest:
			s.search(c, id, p)
		default:
			return
		}
	}
}

func text(p *ber.Packet) string {
	s, _ := p.Value.(string)
	return s
}

func envelope(id *ber.Packet, op *ber.Packet) *ber.Packet {
	m := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id.Value, ""))
	m.AppendChild(op)
	return m
}

func result(tag ber.Tag, code int) *ber.Packet {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(code), ""))
	op.AppendChild(octets(""))
	op.AppendChild(octets("as asked"))
	return op
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func reply(c net.Conn, id *ber.Packet, tag ber.Tag, code int) {
	_, _ = c.Write(envelope(id, result(tag, code)).Bytes())
}

// search answers a search request with one page.
func (s *server) search(c net.Conn, id, p *ber.Packet) {
	op := p.Children[1]
	base, filter := text(op.Children[0]), op.Children[6]
	scope, _ := op.Children[1].Value.(int64)
	shown, err := ldap.DecompileFilter(filter)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.searches = append(s.searches, base+" "+shown)
	s.asked = nil
	for _, a := range op.Children[7].Children {
		s.asked = append(s.asked, text(a))
	}
	if code := int(s.result.Load()); code != 0 && base != "" || err != nil {
		reply(c, id, ldap.ApplicationSearchResultDone, code)
		return
	}
	var found []fakeEntry
	if base == "" {
		found = []fakeEntry{{"", s.root}}
	}
	for _, e := range s.entries {
		if (scope == ldap.ScopeBaseObject && strings.EqualFold(e.dn, base) || scope != ldap.ScopeBaseObject && strings.HasSuffix(strings.ToLower(e.dn), strings.ToLower(base))) && base != "" && matches(e, filter) {
			found = append(found, e)
		}
	}
	size, from := page(p)
	last := len(found)
	if size > 0 {
		last = min(from+size, len(found))
	}
	for _, e := range found[min(from, len(found)):last] {
		_, _ = c.Write(envelope(id, s.entry(e)).Bytes())
	}
	done := envelope(id, result(ldap.ApplicationSearchResultDone, 0))
	if size > 0 {
		next := ldap.NewControlPaging(0)
		if last < len(found) || s.endless {
			next.SetCookie([]byte(strconv.Itoa(last)))
		}
		controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		controls.AppendChild(next.Encode())
		done.AppendChild(controls)
	}
	_, _ = c.Write(done.Bytes())
}

// page reads the paging control of a request.
func page(p *ber.Packet) (size, from int) {
	if len(p.Children) < 3 {
		return 0, 0
	}
	for _, child := range p.Children[2].Children {
		control, err := ldap.DecodeControl(child)
		if paging, ok := control.(*ldap.ControlPaging); ok && err == nil {
			from, _ = strconv.Atoi(string(paging.Cookie))
			return int(paging.PagingSize), from
		}
	}
	return 0, 0
}

// entry is a SearchResultEntry with the attributes that were asked for.
func (s *server) entry(e fakeEntry) *ber.Packet {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	op.AppendChild(octets(e.dn))
	list := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	for name, values := range e.attributes {
		at, wanted := s.wanted(name)
		if !wanted {
			continue
		}
		if shown := name; s.chunk > 0 && len(values) > s.chunk {
			to := min(at+s.chunk, len(values))
			end := strconv.Itoa(to - 1)
			if to == len(values) {
				end = "*"
			}
			shown, values = name+";range="+strconv.Itoa(at)+"-"+end, values[at:to]
			name = shown
		}
		a := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
		a.AppendChild(octets(name))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range values {
			set.AppendChild(octets(v))
		}
		a.AppendChild(set)
		list.AppendChild(a)
	}
	op.AppendChild(list)
	return op
}

// wanted reports whether an attribute was asked for, and from which value on.
func (s *server) wanted(name string) (from int, ok bool) {
	for _, a := range s.asked {
		asked, option, _ := strings.Cut(a, ";range=")
		if strings.EqualFold(asked, name) {
			from, _ = strconv.Atoi(strings.TrimSuffix(option, "-*"))
			return from, true
		}
	}
	return 0, false
}

// matches evaluates a filter (RFC 4511, 4.5.1.7) as far as the tests need it.
func matches(e fakeEntry, f *ber.Packet) bool {
	switch f.Tag {
	case ldap.FilterAnd:
		return !slices.ContainsFunc(f.Children, func(c *ber.Packet) bool { return !matches(e, c) })
	case ldap.FilterOr:
		return slices.ContainsFunc(f.Children, func(c *ber.Packet) bool { return matches(e, c) })
	case ldap.FilterNot:
		return !matches(e, f.Children[0])
	case ldap.FilterEqualityMatch:
		return slices.ContainsFunc(e.values(text(f.Children[0])), func(v string) bool { return strings.EqualFold(v, text(f.Children[1])) })
	case ldap.FilterPresent:
		return strings.EqualFold(f.Data.String(), "objectClass") || len(e.values(f.Data.String())) > 0
	default:
		return false // extensible matches: no account is disabled
	}
}

func (e fakeEntry) values(attribute string) []string {
	for name, values := range e.attributes {
		if strings.EqualFold(name, attribute) {
			return values
		}
	}
	return nil
}
