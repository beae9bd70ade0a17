package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// dialTimeout bounds the making of a connection.
const dialTimeout = 10 * time.Second

// directory is an open connection.
type directory struct {
	s      *Source
	conn   *ldap.Conn
	vendor *vendor
	stop   func() bool
}

// open connects, encrypts, binds, and finds out what kind of directory it is. The connection ends with ctx.
func (s *Source) open(ctx context.Context) (*directory, error) {
	config := s.opt.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName = s.url.Hostname()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	conn, err := ldap.DialURL(s.origin, ldap.DialWithDialer(&net.Dialer{Timeout: dialTimeout}), ldap.DialWithTLSConfig(config))
	if err != nil {
		return nil, s.failed("cannot be reached", err)
	}
	d := &directory{s: s, conn: conn, stop: context.AfterFunc(ctx, func() { conn.Close() })}
	conn.SetTimeout(s.opt.Timeout / 10)
	if err := d.begin(config); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *directory) begin(config *tls.Config) error {
	if d.s.opt.StartTLS {
		if err := d.conn.StartTLS(config); err != nil {
			return d.s.failed("cannot be spoken to encrypted", err)
		}
	}
	if d.s.opt.BindDN != "" {
		if err := d.conn.Bind(d.s.opt.BindDN, d.s.opt.Secret); err != nil {
			if ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
				return fault.New(fault.Forbidden, "the directory %s refuses the bind as %s; check the DN and the secret", d.s.origin, d.s.opt.BindDN)
			}
			return d.s.failed("does not take the bind", err)
		}
	}
	root, err := d.conn.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false,
		"(objectClass=*)", []string{"forestFunctionality", "ipaDomainLevel"}, nil))
	if err != nil || len(root.Entries) == 0 { // hidden from us: the standard schemas it is
		d.vendor = openLDAP()
		return nil
	}
	d.vendor = vendorOf(root.Entries[0])
	return nil
}

func (d *directory) close() {
	d.stop()
	d.conn.Close()
}

// failed is the error of a directory that does not do what was asked. The library's errors name no secret.
func (s *Source) failed(what string, err error) error {
	var e *ldap.Error
	if errors.As(err, &e) && e.Err != nil {
		code := ldap.LDAPResultCodeMap[e.ResultCode]
		if code == "" {
			code = fmt.Sprintf("code %d", e.ResultCode)
		}
		return &fault.Error{Kind: fault.Upstream, Message: "the directory " + s.origin + " " + what, Err: fmt.Errorf("%s: %s", strings.ToLower(code), e.Err)}
	}
	return &fault.Error{Kind: fault.Upstream, Message: "the directory " + s.origin + " " + what, Err: err}
}

// search reads all entries that a search selects, page by page.
func (d *directory) search(s, defaults Search) ([]*ldap.Entry, error) {
	filter := s.Filter
	if filter == "" {
		filter = defaults.Filter
	}
	attributes := d.attributes(s, defaults)
	var out []*ldap.Entry
	paging := ldap.NewControlPaging(d.s.opt.PageSize)
	for {
		r := ldap.NewSearchRequest(s.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, []ldap.Control{paging})
		page, err := d.conn.Search(r)
		if err != nil {
			return nil, d.wrong(s, err)
		}
		if len(out)+len(page.Entries) > d.s.opt.MaxEntries {
			return nil, fault.New(fault.Invalid, "the directory %s has more than %d entries below %s; narrow it with a filter", d.s.origin, d.s.opt.MaxEntries, s.Base)
		}
		for _, e := range page.Entries {
			if err := d.ranges(e); err != nil {
				return nil, err
			}
		}
		out = append(out, page.Entries...)
		next, ok := ldap.FindControl(page.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(next.Cookie) == 0 {
			return out, nil
		}
		if len(page.Entries) == 0 {
			return nil, d.s.odd("sends pages without entries that have no end")
		}
		paging.SetCookie(next.Cookie)
	}
}

// attributes are those that a search needs; others, such as pictures, may be large.
func (d *directory) attributes(s, defaults Search) []string {
	out := []string{d.vendor.uuid}
	for _, field := range fields {
		names, set := s.Map[field]
		if !set {
			names = defaults.Map[field]
		}
		for a := range strings.SplitSeq(names, ",") {
			if a = strings.TrimSpace(a); a != "" && !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out
}

// wrong says what is the matter with a search.
func (d *directory) wrong(s Search, err error) error {
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject):
		return fault.New(fault.NotFound, "the directory %s has no entry %s, or does not show it", d.s.origin, s.Base)
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded):
		return d.s.odd("gives out fewer entries than there are below %s (size limit); it must allow paged searches", s.Base)
	case ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights):
		return fault.New(fault.Forbidden, "the directory %s does not let the bind read %s", d.s.origin, s.Base)
	default:
		return d.s.failed("cannot be searched below "+s.Base, err)
	}
}

// maxRanges bounds how often more values of one attribute are asked for.
const maxRanges = 1000

// ranges completes the attributes of which Active Directory gives a part only: those called member;range=0-1499
// ([MS-ADTS] 3.1.1.3.1.3.3).
func (d *directory) ranges(e *ldap.Entry) error {
	for i := 0; i < len(e.Attributes); i++ {
		name, next, ok := ranged(e.Attributes[i].Name)
		if !ok {
			continue
		}
		whole := &ldap.EntryAttribute{Name: name, Values: e.Attributes[i].Values, ByteValues: e.Attributes[i].ByteValues}
		for n := 0; next >= 0; n++ {
			r := ldap.NewSearchRequest(e.DN, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)",
				[]string{name + ";range=" + strconv.Itoa(next) + "-*"}, nil)
			page, err := d.conn.Search(r)
			if err != nil || len(page.Entries) != 1 || n == maxRanges {
				return d.s.odd("does not give all values of %s of %s", name, e.DN)
			}
			before := next
			next = -1
			for _, a := range page.Entries[0].Attributes {
				if got, more, ok := ranged(a.Name); ok && strings.EqualFold(got, name) && len(a.Values) > 0 {
					whole.Values, next = append(whole.Values, a.Values...), more
				}
			}
			if next >= 0 && next <= before {
				return d.s.odd("does not give all values of %s of %s", name, e.DN)
			}
		}
		e.Attributes[i] = whole
	}
	return nil
}

// ranged parts member;range=0-1499 into the name and the number of the next value, -1 after the last.
func ranged(attribute string) (name string, next int, ok bool) {
	name, option, ok := strings.Cut(attribute, ";range=")
	if !ok {
		return attribute, 0, false
	}
	_, last, ok := strings.Cut(option, "-")
	if last == "*" {
		return name, -1, ok
	}
	n, err := strconv.Atoi(last)
	return name, n + 1, ok && err == nil && n >= 0
}
