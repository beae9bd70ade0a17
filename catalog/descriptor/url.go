package descriptor

import (
	"net/netip"
	"strconv"
	"strings"
)

// validURL reports whether the WHATWG constructor new URL(s) accepts s (url.spec.whatwg.org), which is what decides
// in Backstage: any scheme will do, but the web's own schemes need a host.
func validURL(s string) bool {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(s, "\t\n\r") {
		s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	}
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || !validScheme(scheme) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "ws", "wss", "ftp":
		return validAuthority(strings.TrimLeft(rest, `/\`), `/\?#`, false)
	case "file":
		return validFileURL(rest)
	}
	if rest, ok := strings.CutPrefix(rest, "//"); ok {
		return validAuthority(rest, `/?#`, true)
	}
	return true
}

func validScheme(s string) bool {
	return s != "" && alnum(s[0]) && (s[0] < '0' || s[0] > '9') &&
		every(s, func(b byte) bool { return alnum(b) || b == '+' || b == '-' || b == '.' })
}

// validAuthority checks "user@host:port" up to one of the given ends. An opaque host may be empty and is not looked
// at as a domain.
func validAuthority(s, ends string, opaque bool) bool {
	if i := strings.IndexAny(s, ends); i >= 0 {
		s = s[:i]
	}
	credentials := false
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s, credentials = s[i+1:], true
	}
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && i > strings.LastIndexByte(s, ']') {
		host, port = s[:i], s[i+1:]
	}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 32); err != nil || n > 65535 || !every(port, func(b byte) bool { return b >= '0' && b <= '9' }) {
			return false
		}
	}
	if host == "" {
		return opaque && !credentials && len(s) == 0
	}
	return validHost(host, opaque)
}

func validFileURL(rest string) bool {
	for _, slash := range []string{"//", `\\`, `/\`, `\/`} {
		if after, ok := strings.CutPrefix(rest, slash); ok {
			if i := strings.IndexAny(after, `/\?#`); i >= 0 {
				after = after[:i]
			}
			drive := len(after) == 2 && (after[1] == ':' || after[1] == '|')
			return after == "" || drive || validHost(after, false)
		}
	}
	return true
}

func validHost(host string, opaque bool) bool {
	if strings.HasPrefix(host, "[") {
		inner, ok := strings.CutSuffix(host[1:], "]")
		addr, err := netip.ParseAddr(inner)
		return ok && err == nil && addr.Is6() && addr.Zone() == ""
	}
	forbidden := "\x00\t\n\r #/:<>?@[\\]^|"
	if opaque {
		return !strings.ContainsAny(host, forbidden)
	}
	host, ok := percentDecode(host)
	if !ok || host == "" || strings.ContainsAny(host, forbidden+"%\x7f") ||
		!every(host, func(b byte) bool { return b >= ' ' }) {
		return false
	}
	return validIPv4(host)
}

func percentDecode(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(v))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), true
}

// validIPv4 accepts every host that does not end in a number, and those that do when they are an IPv4 address in
// any of the forms the standard reads.
func validIPv4(host string) bool {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := parts[len(parts)-1]
	_, isHex := ipv4Number(last)
	if last == "" || !isHex && !every(last, func(b byte) bool { return b >= '0' && b <= '9' }) {
		return true
	}
	if len(parts) > 4 {
		return false
	}
	for i, p := range parts {
		n, ok := ipv4Number(p)
		most := uint64(255)
		if i == len(parts)-1 {
			most = 1<<(8*(5-len(parts))) - 1
		}
		if !ok || n > most {
			return false
		}
	}
	return true
}

func ipv4Number(s string) (uint64, bool) {
	base, digits := 10, s
	switch {
	case len(s) >= 2 && (s[:2] == "0x" || s[:2] == "0X"):
		base, digits = 16, s[2:]
	case len(s) >= 2 && s[0] == '0':
		base, digits = 8, s[1:]
	}
	if s == "" || strings.ContainsAny(digits, "+-_") {
		return 0, false
	}
	if digits == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(digits, base, 64)
	return n, err == nil
}
