package config

import (
	"net/netip"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Network is a range of addresses in the form of 10.0.0.0/8. A single address may be written for a range of one.
type Network string

// Prefix is the range; the zero Prefix, which holds nothing, where it is none.
func (w Network) Prefix() netip.Prefix {
	p, err := netip.ParsePrefix(string(w))
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (w *Network) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	s := strings.TrimSpace(n.Text)
	if p, err := netip.ParsePrefix(s); err == nil {
		*w = Network(p.Masked().String())
		return nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return d.Errorf(n, field, "expected a network such as 10.0.0.0/8 or an address, found %q", s)
	}
	*w = Network(netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()).String())
	return nil
}
