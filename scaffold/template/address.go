package template

import (
	"strings"

	"golang.org/x/net/idna"
)

// readAddress reads the value of a repository picker as the WHATWG URL parser reads "https://" and the value: the host
// and the first value of each query parameter.
func readAddress(text string) (repoAddress, bool) {
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(UTF8(text))
	text = strings.TrimRightFunc(text, func(r rune) bool { return r <= ' ' })
	text = strings.TrimLeft(text, `/\`)
	text, _, _ = strings.Cut(text, "#")
	authority, query := text, ""
	if i := strings.IndexAny(text, `/\?`); i >= 0 {
		authority = text[:i]
		_, query, _ = strings.Cut(text[i:], "?")
	}
	host, ok := readHost(authority)
	return repoAddress{host: host, params: readQuery(query)}, ok
}

// readHost reads the host of an authority, with its port unless it is that of https.
func readHost(authority string) (string, bool) {
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	host, port, _ := strings.Cut(host, ":")
	name, ok := percentDecode(host, false)
	if !ok || name == "" || strings.ContainsAny(name, "\x00\t\n\r #/:<>?@[\\]^|%\x7f") {
		return "", false
	}
	if !ascii(name) || strings.Contains(strings.ToLower(name), "xn--") {
		profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))
		mapped, err := profile.ToASCII(name)
		if err != nil {
			return "", false
		}
		name = mapped
	}
	name = strings.ToLower(name)
	if port == "" {
		return name, true
	}
	if digitsIn(port, 10) != len(port) {
		return "", false
	}
	n := parseDigits(port, 10)
	switch {
	case n > 65535:
		return "", false
	case n == 443:
		return name, true
	}
	return name + ":" + formatNumber(n), true
}

// readQuery reads a query as forms are encoded; of several equal names the first counts.
func readQuery(query string) map[string]string {
	out := map[string]string{}
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, _ = percentDecode(name, true)
		if _, seen := out[name]; seen || pair == "" {
			continue
		}
		out[name], _ = percentDecode(value, true)
	}
	return out
}

// percentDecode decodes %XX and, in forms, +. Bytes that are no UTF-8 become U+FFFD.
func percentDecode(s string, form bool) (string, bool) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && i+2 < len(s) && digitsIn(s[i+1:i+3], 16) == 2:
			out = append(out, byte(parseDigits(s[i+1:i+3], 16)))
			i += 2
		case s[i] == '+' && form:
			out = append(out, ' ')
		default:
			out = append(out, s[i])
		}
	}
	clean := UTF8(string(out))
	return clean, form || clean == string(out)
}
