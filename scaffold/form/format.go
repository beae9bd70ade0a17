package form

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// formats are those of ajv-formats, which rjsf uses, and the two that rjsf adds. A name that is not here constrains
// nothing.
var formats = map[string]func(string) bool{
	"date":                  isDate,
	"time":                  isTime,
	"date-time":             isDateTime,
	"email":                 isEmail,
	"uri":                   isURI,
	"url":                   isURI,
	"uri-reference":         func(s string) bool { _, err := url.Parse(s); return err == nil },
	"hostname":              func(s string) bool { return len(s) <= 253 && hostname.MatchString(s) },
	"ipv4":                  func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
	"ipv6":                  func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() && a.Zone() == "" },
	"uuid":                  uuid.MatchString,
	"regex":                 func(s string) bool { _, err := compilePattern(s); return err == nil },
	"json-pointer":          pointer.MatchString,
	"relative-json-pointer": relative.MatchString,
	"duration":              isDuration,
	"byte":                  base64.MatchString,
	"data-url":              dataURL.MatchString,
	"color":                 color.MatchString,
}

var (
	hostname = regexp.MustCompile(`(?i)^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$`)
	uuid     = regexp.MustCompile(`(?i)^(urn:uuid:)?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)
	pointer  = regexp.MustCompile(`^(/([^~/]|~0|~1)*)*$`)
	relative = regexp.MustCompile(`^(0|[1-9][0-9]*)(#|(/([^~/]|~0|~1)*)*)$`)
	base64   = regexp.MustCompile(`^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`)
	dataURL  = regexp.MustCompile(`^data:([a-z]+/[a-z0-9+.-]+)?;(name=[^;]*;)?base64,`)
	color    = regexp.MustCompile(`(?i)^(#[0-9a-f]{3}|#[0-9a-f]{6}|aqua|black|blue|fuchsia|gray|green|lime|maroon|navy|olive|orange|purple|red|silver|teal|white|yellow|rgb\(\s*\d+%?\s*(,\s*\d+%?\s*){2}\))$`)
	period   = regexp.MustCompile(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)$`)
	clock    = regexp.MustCompile(`(?i)^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(z|[+-]([01]\d|2[0-3]):?[0-5]\d)$`)
)

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func isTime(s string) bool { return clock.MatchString(s) }

func isDateTime(s string) bool {
	if len(s) < 11 || !strings.ContainsAny(s[10:11], "tT ") {
		return false
	}
	return isDate(s[:10]) && isTime(s[11:])
}

// isEmail accepts an address without a name around it.
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && !strings.HasPrefix(s, `"`)
}

// isURI accepts an absolute URI.
func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "" || u.Path != "") && !strings.ContainsAny(s, " \"<>\\^`{|}")
}

// isDuration accepts an ISO 8601 period with at least one part.
func isDuration(s string) bool {
	return period.MatchString(s) && !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
}
