//go:build oracle

package ldap

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// fill adds the entries of an LDIF file.
func fill(t *testing.T, address, file string) {
	t.Helper()
	var conn *ldap.Conn
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		var err error
		if conn, err = ldap.DialURL(address); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	defer conn.Close()
	if err := conn.Bind("cn=admin,dc=acme,dc=dev", "admin-secret"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for entry := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		var r *ldap.AddRequest
		values, order := map[string][]string{}, []string(nil)
		for lines := bufio.NewScanner(strings.NewReader(entry)); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			if coded, plain, ok := strings.Cut(lines.Text(), ":: "); ok {
				b, err := base64.StdEncoding.DecodeString(plain)
				if err != nil {
					t.Fatal(err)
				}
				name, value = coded, string(b)
			}
			if name == "dn" {
				r = ldap.NewAddRequest(value, nil)
				continue
			}
			if values[name] == nil {
				order = append(order, name)
			}
			values[name] = append(values[name], value)
		}
		for _, name := range order {
			r.Attribute(name, values[name])
		}
		if err := conn.Add(r); err != nil {
			t.Fatalf("%s: %v", r.DN, err)
		}
	}
}

// TestSlapd reads a company from OpenLDAP's own server; .ci/oracle/ldap starts it.
func TestSlapd(t *testing.T) {
	plain, encrypted := os.Getenv("LDAP_URL"), os.Getenv("LDAPS_URL")
	if plain == "" || encrypted == "" {
		t.Fatal("LDAP_URL and LDAPS_URL must name a directory; run .ci/oracle/ldap")
	}
	fill(t, plain, os.Getenv("LDAP_LDIF"))
	cert, err := os.ReadFile(os.Getenv("LDAP_CERT"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	options := func(address string) Options {
		return Options{
			URL: address, BindDN: "cn=reader,dc=acme,dc=dev", Secret: "reader-secret", TLS: &tls.Config{RootCAs: pool}, PageSize: 17, Clock: noon,
			Users: Search{Base: peopleBase}, Groups: Search{Base: groupsBase},
		}
	}
	for _, c := range []struct {
		address  string
		startTLS bool
	}{{plain, false}, {plain, true}, {encrypted, false}} {
		o := options(c.address)
		o.StartTLS = c.startTLS
		src, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		got, problems := read(t, src)
		if len(got) != 124 || len(problems) != 1 || !strings.Contains(problems[0], "no attribute uid") {
			t.Errorf("%s: %d entities, problems %v", c.address, len(got), problems)
		}
		for ref, want := range map[string]string{
			"user:default/p1":             "memberOf group:default/checkout_crew",
			"user:default/mei":            "memberOf group:default/checkout_crew",
			"user:default/p3":             "memberOf group:default/engineering, memberOf group:default/unix",
			"user:default/p120":           "memberOf group:default/engineering",
			"group:default/checkout_crew": "childOf group:default/engineering",
			"group:default/engineering":   "parentOf group:default/checkout_crew",
		} {
			if e := got[ref]; e == nil || states(e) != want {
				t.Errorf("%s: %+v, want %s", ref, e, want)
			}
		}
		if e := got["user:default/mei"]; e.Profile.DisplayName != "林梅" || len(e.Annotation(annotationUUID)) != 36 {
			t.Errorf("mei: %+v", e)
		}
		if d, err := src.Changes(t.Context()); err != nil || len(d.Files)+len(d.Gone) != 0 {
			t.Errorf("nothing changed: %v %v", d.Files, err)
		}
	}
	t.Log("124 people and groups, plain, with StartTLS and over TLS")
	for name, c := range map[string]struct {
		change func(*Options)
		kind   fault.Kind
	}{
		"a wrong secret":      {func(o *Options) { o.Secret = "wrong" }, fault.Forbidden},
		"a base not there":    {func(o *Options) { o.Users.Base = "ou=nobody,dc=acme,dc=dev" }, fault.NotFound},
		"nobody":              {func(o *Options) { o.BindDN, o.Secret = "", "" }, fault.Upstream},
		"a foreign signature": {func(o *Options) { o.URL, o.TLS = encrypted, nil }, fault.Upstream},
	} {
		o := options(plain)
		c.change(&o)
		src, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := src.Read(t.Context()); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v (%v)", name, err, fault.KindOf(err))
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}
