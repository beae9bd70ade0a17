package outbound

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// DialContext connects to "host:port" unless the address that the host turns out to have is refused. Everything that
// must not reach into the network, such as a proxy or another protocol, can use it.
func (c *Client) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	hostname, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%q is not a host with a port", address)
	}
	private := c.private(hostname, port)
	d := net.Dialer{
		Timeout:  c.o.Connect,
		Resolver: c.o.Resolver,
		// Control runs for every address that is tried, after names were resolved and before anything is sent.
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return fault.New(fault.Forbidden, "the address of %s cannot be judged", hostname)
			}
			return c.judge(hostname, at.Addr(), private)
		},
	}
	return d.DialContext(ctx, network, address)
}

// judge refuses addresses that nobody outside may have us connect to.
func (c *Client) judge(hostname string, a netip.Addr, private bool) error {
	a = embedded(a.Unmap().WithZone(""))
	switch {
	case !a.IsValid(), a.IsUnspecified(), a.IsMulticast(), a.IsLinkLocalUnicast(), isMetadata(a), a == broadcast:
		return fault.New(fault.Forbidden, "%s has an address that is never connected to", hostname)
	case private, within(a, c.o.Public):
		return nil
	case a.IsLoopback(), a.IsPrivate(), within(a, reserved):
		return fault.New(fault.Forbidden, "%s has an address inside the network, which the configuration does not allow for it", hostname)
	}
	return nil
}

// embedded returns the IPv4 address inside an IPv6 one that only carries it: NAT64 (RFC 6052) and 6to4 (RFC 3056).
func embedded(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}

// isMetadata knows the metadata services of clouds that are not on a link-local address: AWS over IPv6, Alibaba, Azure.
func isMetadata(a netip.Addr) bool {
	switch a.String() {
	case "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16":
		return true
	}
	return false
}

var (
	broadcast = netip.MustParseAddr("255.255.255.255")
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
	// reserved are further ranges that are not on the public internet (RFC 6890).
	reserved = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("::ffff:0:0/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("fec0::/10"),
	}
)

func within(a netip.Addr, ranges []netip.Prefix) bool {
	for _, r := range ranges {
		if r.Contains(a) {
			return true
		}
	}
	return false
}
