package understand

import (
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// linksOf calls f for every key of the addresses that belong to an entity.
func linksOf(e *catalog.Entity, f func(key string)) {
	address := func(s string) {
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			for _, k := range linkKeys(u) {
				f(k)
			}
		}
	}
	for _, l := range e.Links {
		address(l.URL)
	}
	for _, a := range e.Annotations {
		switch v := strings.TrimPrefix(a.Value, "url:"); {
		case strings.HasPrefix(v, "http://"), strings.HasPrefix(v, "https://"):
			address(v)
		case strings.HasSuffix(a.Key, "project-slug") && strings.Count(v, "/") >= 1:
			f("/" + strings.ToLower(v))
		}
	}
}

// linkKeys lists what an address is looked up by, the most telling first.
func linkKeys(u *url.URL) []string {
	host := strings.ToLower(strings.TrimPrefix(u.Hostname(), "www."))
	parts := strings.FieldsFunc(strings.ToLower(u.Path), func(r rune) bool { return r == '/' })
	if len(parts) > 3 {
		parts = parts[:3]
	}
	var out []string
	for n := len(parts); n > 0; n-- {
		out = append(out, host+"/"+strings.Join(parts[:n], "/"))
	}
	return append(out, host)
}
