package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound/outboundtest"
)

// TestRebinding: a name that first has a public address and then, when it is connected to, one inside.
func TestRebinding(t *testing.T) {
	public, inside := netip.MustParseAddr("198.18.0.1"), netip.MustParseAddr("127.0.0.1")
	var asked atomic.Int32
	resolver := outboundtest.Names(t, func(string) netip.Addr {
		if asked.Add(1) == 1 {
			return public
		}
		return inside
	})
	c := client(t, Options{Resolver: resolver, Attempts: 1})
	if addrs, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example.com"); err != nil || addrs[0].Unmap() != public {
		t.Fatal(addrs, err) // this is where a check before the connection would be content
	}
	_, err := c.Get(t.Context(), "https://rebind.example.com/")
	refused(t, err, fault.Forbidden, "inside the network")
	if asked.Load() < 2 {
		t.Error("the name was not resolved for the connection")
	}
}

// TestNamesOfMetadataServices: a configured host may be inside, but not there.
func TestNamesOfMetadataServices(t *testing.T) {
	resolver := outboundtest.Names(t, func(string) netip.Addr { return netip.MustParseAddr("169.254.169.254") })
	c := client(t, Options{Resolver: resolver, Attempts: 1, Hosts: []Host{{Name: "portal.example.com", Private: true, Plain: true}}})
	_, err := c.Get(t.Context(), "http://portal.example.com/")
	refused(t, err, fault.Forbidden, "never connected to")
	if strings.Contains(err.Error(), "169.254") {
		t.Error("the error tells what names resolve to: ", err)
	}
}

// TestPublicRanges: what the configuration counts as public is connected to without being named, and nothing beside it;
// what is never connected to stays so.
func TestPublicRanges(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	s.Listener.Close()
	s.Listener = listener
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	names := outboundtest.Names(t, func(name string) netip.Addr {
		return map[string]netip.Addr{
			"outside.example.com": netip.MustParseAddr("127.0.0.2"),
			"inside.example.com":  netip.MustParseAddr("127.0.0.3"),
			"cloud.example.com":   netip.MustParseAddr("169.254.169.254"),
		}[name]
	})
	c := client(t, Options{
		Resolver: names, Attempts: 1, TLS: s.Client().Transport.(*http.Transport).TLSClientConfig,
		Public: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32"), netip.MustParsePrefix("169.254.0.0/16")},
	})
	if resp, err := c.Get(t.Context(), "https://outside.example.com:"+port+"/"); err != nil || resp.Status != http.StatusTeapot {
		t.Errorf("%v, %v", resp, err)
	}
	_, err = c.Get(t.Context(), "https://inside.example.com:"+port+"/")
	refused(t, err, fault.Forbidden, "inside the network")
	_, err = c.Get(t.Context(), "https://cloud.example.com:"+port+"/")
	refused(t, err, fault.Forbidden, "never connected to")
	_, err = c.Get(t.Context(), "https://nowhere.example.com:"+port+"/")
	refused(t, err, fault.Upstream, "its host is not known")
}

// TestNamesCannotBeLookedUp: that is said without the server that was asked.
func TestNamesCannotBeLookedUp(t *testing.T) {
	c := client(t, Options{Attempts: 1, Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("10.1.2.3:53 is unreachable")
	}}})
	_, err := c.Get(t.Context(), "https://portal.example.com/")
	refused(t, err, fault.Upstream, "cannot be looked up now")
	if strings.Contains(err.Error(), "10.1") || strings.Contains(err.Error(), ":53") {
		t.Error("the error tells who resolves names: ", err)
	}
}
