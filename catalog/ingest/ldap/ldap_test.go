package ldap

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func certPool(web *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	return pool
}

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

const (
	peopleBase = "ou=people,dc=acme,dc=dev"
	groupsBase = "ou=groups,dc=acme,dc=dev"
)

func person(uid string, more ...string) fakeEntry {
	return build("uid="+uid+","+peopleBase, append([]string{"objectClass=inetOrgPerson", "uid=" + uid, "entryUUID=id-" + uid}, more...))
}

func group(cn string, more ...string) fakeEntry {
	return build("cn="+cn+","+groupsBase, append([]string{"objectClass=groupOfNames", "cn=" + cn, "entryUUID=id-" + cn}, more...))
}

func build(dn string, pairs []string) fakeEntry {
	e := fakeEntry{dn, map[string][]string{}}
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		e.attributes[k] = append(e.attributes[k], v)
	}
	return e
}

func acme() []fakeEntry {
	return []fakeEntry{
		person("mei", "cn=Mei Lin", "mail=mei@acme.dev", "jpegPhoto=..."),
		person("tobias", "cn=Tobias Krause", "displayName=Tobi", "memberOf=CN=Crew , OU=groups,DC=acme,dc=dev"),
		person("nia", "cn=Nia"),
		group("crew", "description=The crew", "member=uid=mei,"+peopleBase, "member=uid=gone,"+peopleBase),
		group("Platform Tools", "member=cn=crew,"+groupsBase, "member=cn=Platform Tools,"+groupsBase),
		group("unix", "memberUid=nia", "groupType=posix", "memberOf=cn=crew,"+groupsBase),
	}
}

func source(t *testing.T, s *server, change ...func(*Options)) *Source {
	t.Helper()
	o := Options{
		URL: "ldap://" + s.address, BindDN: "cn=reader,dc=acme,dc=dev", Secret: s.secret, PageSize: 2, Clock: noon, TLS: s.roots,
		Users: Search{Base: peopleBase}, Groups: Search{Base: groupsBase},
	}
	for _, c := range change {
		c(&o)
	}
	src, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func read(t *testing.T, s *Source) (map[string]*catalog.Entity, []string) {
	t.Helper()
	d, err := s.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return content(d)
}

func content(d catalog.Delta) (map[string]*catalog.Entity, []string) {
	entities, problems := map[string]*catalog.Entity{}, []string(nil)
	for _, f := range d.Files {
		for _, p := range f.Problems {
			problems = append(problems, f.Location+": "+p.Field+": "+p.Message)
		}
		for _, e := range f.Entities {
			entities[e.Ref.String()] = e
		}
	}
	return entities, problems
}

func states(e *catalog.Entity) string {
	var out []string
	for r := range e.Relations.All() {
		out = append(out, r.Type+" "+r.Target.String())
	}
	return strings.Join(out, ", ")
}

func TestPeopleAndGroups(t *testing.T) {
	s := start(t, acme()...)
	src := source(t, s)
	got, problems := read(t, src)
	if len(problems) != 0 {
		t.Errorf("problems: %v", problems)
	}
	for ref, want := range map[string]string{
		"user:default/mei":             "memberOf group:default/crew",
		"user:default/tobias":          "memberOf group:default/crew",
		"user:default/nia":             "memberOf group:default/unix",
		"group:default/crew":           "childOf group:default/platform_tools, parentOf group:default/unix",
		"group:default/platform_tools": "parentOf group:default/crew",
		"group:default/unix":           "childOf group:default/crew",
	} {
		e := got[ref]
		if e == nil {
			t.Errorf("%s is missing", ref)
			continue
		}
		if states(e) != want {
			t.Errorf("%s: %s, want %s", ref, states(e), want)
		}
	}
	const mei = `{"apiVersion":"backstage.io/v1alpha1","kind":"User","metadata":{"name":"mei","annotations":{"backstage.io/ldap-dn":"uid=mei,ou=people,dc=acme,dc=dev","backstage.io/ldap-rdn":"mei","backstage.io/ldap-uuid":"id-mei"},"namespace":"default"},"spec":{"profile":{"displayName":"Mei Lin","email":"mei@acme.dev"},"memberOf":["group:default/crew"]}}`
	if e := got["user:default/mei"]; string(e.Document.JSON()) != mei {
		t.Errorf("mei: %s", e.Document.JSON())
	}
	if e := got["user:default/tobias"]; e.Profile.DisplayName != "Tobi" {
		t.Errorf("displayName goes before cn: %q", e.Profile.DisplayName)
	}
	if e := got["group:default/unix"]; e.Type != "posix" || got["group:default/crew"].Type != "team" || got["group:default/crew"].Description != "The crew" {
		t.Errorf("types %q, %q", e.Type, got["group:default/crew"].Type)
	}
	if e := got["user:default/mei"]; e.Source != (catalog.Provenance{Origin: "ldap://" + s.address, Location: "ldap://" + s.address + "/uid=mei%2Cou=people%2Cdc=acme%2Cdc=dev"}) {
		t.Errorf("source %+v", e.Source)
	}
	if slices.Contains(s.asked, "jpegPhoto") || slices.Contains(s.asked, "*") || s.binds[0] != "cn=reader,dc=acme,dc=dev" {
		t.Errorf("asked for %v as %v", s.asked, s.binds)
	}
}

func TestChanges(t *testing.T) {
	s := start(t, acme()...)
	src := source(t, s)
	read(t, src)
	if d, err := src.Changes(t.Context()); err != nil || len(d.Files)+len(d.Gone) != 0 || !d.Checked.Equal(noon()) {
		t.Errorf("nothing changed: %+v, %v", d, err)
	}
	s.mu.Lock()
	s.entries = append(s.entries[1:], person("ada", "memberOf=cn=crew,"+groupsBase))
	s.mu.Unlock()
	d, err := src.Changes(t.Context())
	got, _ := content(d)
	if err != nil || len(d.Gone) != 1 || !strings.Contains(d.Gone[0], "uid=mei") || len(got) != 1 || got["user:default/ada"] == nil {
		t.Errorf("gone %v, changed %v, %v", d.Gone, got, err)
	}
	d, err = src.Read(t.Context())
	if err != nil || !d.Full || len(d.Files) != 6 || d.Files[0].Text != nil {
		t.Errorf("read again: %d files, %v", len(d.Files), err)
	}
}

func TestBadEntries(t *testing.T) {
	s := start(t,
		person("mei"), build("cn=printer,"+peopleBase, []string{"objectClass=person", "cn=printer"}), person("***"),
		person("a b"), person("a_b"), person(strings.Repeat("x", 70)), person("ümlaut"), group("loop", "member=cn=pool,"+groupsBase), group("pool", "member=cn=loop,"+groupsBase),
	)
	got, problems := read(t, source(t, s, func(o *Options) { o.Allow = []ingest.Rule{{Kind: "user"}} }))
	all := strings.Join(problems, "\n")
	for _, want := range []string{
		"no attribute uid to name it by", "nothing of it is a letter or a digit", "longer than 63 characters",
		"user:default/a_b is already the name of uid=a b,", "group:default/loop is of a kind that the catalog's rules do not allow",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among the problems:\n%s", want, all)
		}
	}
	if len(got) != 3 || got["user:default/mei"] == nil || got["user:default/a_b"] == nil || got["user:default/mlaut"] == nil {
		t.Errorf("entities: %v", got)
	}
	got, _ = read(t, source(t, s))
	if l, p := states(got["group:default/loop"]), states(got["group:default/pool"]); strings.Contains(l, "childOf") == strings.Contains(p, "childOf") {
		t.Errorf("a circle of groups has one parent too many or too few: %s; %s", l, p)
	}
}

func TestMapAndFilter(t *testing.T) {
	s := start(t, person("e1", "employeeNumber=7", "givenName=Mei"), person("e2", "employeeNumber=8", "o=other"))
	got, problems := read(t, source(t, s, func(o *Options) {
		o.Users.Filter = "(&(objectClass=inetOrgPerson)(!(o=other)))"
		o.Users.Map = map[string]string{"name": "badge, employeeNumber", "displayName": "givenName"}
		o.Groups.Base = ""
	}))
	if len(got) != 1 || got["user:default/7"] == nil || got["user:default/7"].Profile.DisplayName != "Mei" || len(problems) != 0 {
		t.Errorf("%v %v", got, problems)
	}
}

func TestActiveDirectory(t *testing.T) {
	guid := string([]byte{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff})
	var members []string
	var entries []fakeEntry
	for i := range 7 {
		dn := fmt.Sprintf("CN=Person %d,%s", i, peopleBase)
		members = append(members, "member="+dn)
		entries = append(entries, build(dn, []string{"objectClass=user", "objectCategory=person", fmt.Sprintf("sAMAccountName=p%d", i), fmt.Sprintf("cn=Person %d", i), "objectGUID=" + guid}))
	}
	crew := build("CN=Crew,"+groupsBase, append(members, "objectClass=group", "cn=Crew", "sAMAccountName=crew", "groupType=-2147483646"))
	s := start(t, append(entries, crew)...)
	s.root, s.chunk = map[string][]string{"forestFunctionality": {"7"}}, 2
	got, problems := read(t, source(t, s))
	if len(got) != 8 || len(problems) != 0 {
		t.Fatalf("%d entities, %v", len(got), problems)
	}
	for i := range 7 {
		e := got[fmt.Sprintf("user:default/p%d", i)]
		if e == nil || states(e) != "memberOf group:default/crew" || e.Annotation(annotationUUID) != "00112233-4455-6677-8899-aabbccddeeff" {
			t.Errorf("p%d: %+v", i, e)
		}
	}
	if got["group:default/crew"].Type != "team" {
		t.Errorf("a number of bits is no type: %q", got["group:default/crew"].Type)
	}
}

func TestEncryption(t *testing.T) {
	s := start(t, acme()...)
	if got, _ := read(t, source(t, s, func(o *Options) { o.StartTLS = true })); len(got) != 6 {
		t.Errorf("%d entities over StartTLS", len(got))
	}
	_, err := source(t, s, func(o *Options) { o.StartTLS, o.TLS = true, nil }).Read(t.Context())
	if err == nil || !strings.Contains(err.Error(), "certificate") || !fault.Is(err, fault.Upstream) {
		t.Errorf("a certificate that nobody signed: %v", err)
	}
	s.tls = nil
	if _, err = source(t, s, func(o *Options) { o.StartTLS = true }).Read(t.Context()); err == nil || len(s.binds) != 1 {
		t.Errorf("a directory without StartTLS gets no secret: %v, %v", err, s.binds)
	}
}

// TestFaults: an error that says what is wrong and shows no secret, and what was known stays.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*Options)
		server     func(*server)
		kind       fault.Kind
	}{
		{"a wrong secret", "refuses the bind", func(o *Options) { o.Secret = "wr0ng" }, nil, fault.Forbidden},
		{"nobody there", "cannot be reached", func(o *Options) { o.URL = "ldap://127.0.0.1:1" }, nil, fault.Upstream},
		{"no TLS", "cannot be reached", func(o *Options) { o.URL = "ldaps" + strings.TrimPrefix(o.URL, "ldap") }, nil, fault.Upstream},
		{"no base", "has no entry", nil, func(s *server) { s.result.Store(ldap.LDAPResultNoSuchObject) }, fault.NotFound},
		{"a size limit", "size limit", nil, func(s *server) { s.result.Store(ldap.LDAPResultSizeLimitExceeded) }, fault.Upstream},
		{"no right", "does not let the bind read", nil, func(s *server) { s.result.Store(ldap.LDAPResultInsufficientAccessRights) }, fault.Forbidden},
		{"busy", "busy", nil, func(s *server) { s.result.Store(ldap.LDAPResultBusy) }, fault.Upstream},
		{"too many", "more than 2 entries", func(o *Options) { o.MaxEntries = 2 }, nil, fault.Invalid},
		{"pages without end", "no end", nil, func(s *server) { s.endless = true }, fault.Upstream},
		{"silence", "directory", func(o *Options) { o.Timeout = 200 * time.Millisecond }, func(s *server) { s.mute.Store(true) }, fault.Upstream},
		{"nothing any more", "no entries at all", nil, func(s *server) { s.entries = nil }, fault.Upstream},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, acme()...)
			src := source(t, s)
			read(t, src)
			known := src.known
			if c.change != nil {
				bad := source(t, s, c.change)
				src.opt, src.url, src.origin = bad.opt, bad.url, bad.origin
			}
			if c.server != nil {
				s.mu.Lock()
				c.server(s)
				s.mu.Unlock()
			}
			_, err := src.Changes(t.Context())
			if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(c.want)) || fault.KindOf(err) != c.kind {
				t.Errorf("%v (%v), want %q (%v)", err, fault.KindOf(err), c.want, c.kind)
			}
			if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "wr0ng")) {
				t.Errorf("the error shows a secret: %v", err)
			}
			if len(src.known) != len(known) {
				t.Errorf("%d entries are known still, of %d", len(src.known), len(known))
			}
		})
	}
}

func TestNew(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no address":         func(o *Options) { o.URL = "" },
		"another scheme":     func(o *Options) { o.URL = "https://ldap.example.com" },
		"a user in it":       func(o *Options) { o.URL = "ldaps://me:pw@ldap.example.com" },
		"both encryptions":   func(o *Options) { o.StartTLS = true },
		"an open secret":     func(o *Options) { o.URL = "ldap://ldap.example.com" },
		"no secret":          func(o *Options) { o.Secret = "" },
		"no base":            func(o *Options) { o.Users.Base = "" },
		"a bad base":         func(o *Options) { o.Users.Base = "people" },
		"a bad filter":       func(o *Options) { o.Users.Filter = "(uid=x" },
		"an unknown field":   func(o *Options) { o.Users.Map = map[string]string{"nick": "x"} },
		"a bad group filter": func(o *Options) { o.Groups = Search{Base: "dc=x", Filter: "x"} },
	} {
		o := Options{URL: "ldaps://ldap.example.com", BindDN: "cn=x", Secret: "pw", Users: Search{Base: "dc=acme"}}
		if _, err := New(o); err != nil {
			t.Fatal(err)
		}
		change(&o)
		if _, err := New(o); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWatch(t *testing.T) {
	s := start(t, acme()...)
	src := source(t, s, func(o *Options) { o.Interval = time.Millisecond })
	read(t, src)
	ctx, stop := context.WithCancel(t.Context())
	err := src.Watch(ctx, func(catalog.Delta) { stop() })
	if err != nil {
		t.Errorf("Watch ended with %v", err)
	}
	s.result.Store(ldap.LDAPResultBusy)
	if err := src.Watch(t.Context(), func(catalog.Delta) {}); !fault.Is(err, fault.Upstream) {
		t.Errorf("a busy directory: %v", err)
	}
}

func FuzzNames(f *testing.F) {
	f.Add("cn=Crew , OU=groups,DC=acme")
	f.Add("***")
	f.Add("a+b=c,d=\\2c")
	f.Fuzz(func(t *testing.T, s string) {
		normalDN(s)
		name := sanitise(s)
		if name != sanitise(name) {
			t.Errorf("%q becomes %q and then %q", s, name, sanitise(name))
		}
		if a, b, ok := ranged(s); ok && a == "" && b == 0 && s == "" {
			t.Error("nothing has a range")
		}
	})
}
