package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how many proxies are looked through.
const maxHops = 16

// client names who sent a request, for limits: the nearest address that is not a proxy of ours. Each proxy appends the
// address it was asked from to X-Forwarded-For, so the list is read from its end, and only as far as it was written by
// proxies that are believed: what stands before that, anybody may have put there.
func (w *Web) client(r *http.Request) string {
	at, ok := address(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for n := 0; n < maxHops && len(hops) > 0 && w.believed(at); n++ {
		before, ok := address(strings.TrimSpace(hops[len(hops)-1]))
		if !ok {
			break
		}
		at, hops = before, hops[:len(hops)-1]
	}
	if at.Is6() { // one customer has a whole /64
		if p, err := at.Prefix(64); err == nil {
			return p.String()
		}
	}
	return at.String()
}

// believed reports whether an address is a proxy of ours.
func (w *Web) believed(a netip.Addr) bool {
	return a.IsLoopback() || slices.ContainsFunc(w.cfg.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// address reads an IP address with or without port.
func address(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone(""), err == nil
}
