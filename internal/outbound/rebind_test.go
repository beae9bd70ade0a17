package outbound

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// nameServer answers every question for an IPv4 address with the one that next gives.
func nameServer(t *testing.T, next func() netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if out := reply(buf[:n], next); out != nil {
				conn.WriteTo(out, from)
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func reply(question []byte, next func() netip.Addr) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Additionals = true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: next().As4()},
		}}
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}

// TestRebinding: a name that first has a public address and then, when it is connected to, one inside.
func TestRebinding(t *testing.T) {
	public, inside := netip.MustParseAddr("198.18.0.1"), netip.MustParseAddr("127.0.0.1")
	var asked atomic.Int32
	resolver := nameServer(t, func() netip.Addr {
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
	resolver := nameServer(t, func() netip.Addr { return netip.MustParseAddr("169.254.169.254") })
	c := client(t, Options{Resolver: resolver, Attempts: 1, Hosts: []Host{{Name: "portal.example.com", Private: true, Plain: true}}})
	_, err := c.Get(t.Context(), "http://portal.example.com/")
	refused(t, err, fault.Forbidden, "never connected to")
	if strings.Contains(err.Error(), "169.254") {
		t.Error("the error tells what names resolve to: ", err)
	}
}
