package template

import (
	"math"
	"regexp"
	"strings"
	"unicode/utf16"
)

var markupFilters = map[string]filterFunc{
	"e": escapeFilter, "escape": escapeFilter, "forceescape": forceFilter, "nl2br": nl2brFilter, "safe": safeFilter,
	"striptags": striptagsFilter, "urlencode": urlencodeFilter, "urlize": urlizeFilter,
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "'", "&#39;", "<", "&lt;", ">", "&gt;", `\`, "&#92;")

func escapeFilter(r *run, in Value, args methodArgs) (Value, error) {
	if in.kind == safeKind {
		return in, nil
	}
	return forceFilter(r, in, args)
}

func forceFilter(r *run, in Value, _ methodArgs) (Value, error) {
	s, err := r.print(in)
	if err != nil {
		return Value{}, err
	}
	s = htmlEscapes.Replace(s)
	return safeValue(s), r.alloc(len(s))
}

func safeFilter(r *run, in Value, _ methodArgs) (Value, error) {
	if in.kind == safeKind {
		return in, nil
	}
	s, err := r.print(in)
	return safeValue(s), err
}

func nl2brFilter(r *run, in Value, _ methodArgs) (Value, error) {
	s := ""
	if !in.nullish() {
		var err error
		if s, err = textOf(in); err != nil {
			return Value{}, err
		}
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "<br />\n")
	return r.sameSafety(in, s)
}

var (
	htmlTag    = regexp.MustCompile(`(?i)</?[a-z][a-z0-9]*\b[^>]*>|(?s:<!--.*?-->)`)
	lineSpaces = regexp.MustCompile(`(^|[\n\r\x{2028}\x{2029}]) +`)
	endSpaces  = regexp.MustCompile(` +($|[\n\r\x{2028}\x{2029}])`)
	manySpaces = regexp.MustCompile(` +`)
	manyLines  = regexp.MustCompile(`\n\n\n+`)
	manyBlanks = regexp.MustCompile(`[\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]+`)
)

func striptagsFilter(r *run, in Value, args methodArgs) (Value, error) {
	s, err := textOf(blank(in))
	if err != nil {
		return Value{}, err
	}
	const passes = 8 // what is left may be a tag again
	for i := 0; ; i++ {
		next := htmlTag.ReplaceAllString(s, "")
		if next == s {
			break
		}
		if i == passes {
			return Value{}, failf("its tags nest too deeply")
		}
		s = next
	}
	s = trim(s)
	if !args.at(0).Truthy() {
		return r.sameSafety(in, manyBlanks.ReplaceAllString(s, " "))
	}
	s = lineSpaces.ReplaceAllString(endSpaces.ReplaceAllString(s, "$1"), "$1")
	s = manySpaces.ReplaceAllString(s, " ")
	return r.sameSafety(in, manyLines.ReplaceAllString(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n"))
}

// encodeComponent is JavaScript's encodeURIComponent.
func encodeComponent(s string) (string, error) {
	const plain = "-_.!~*'()"
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if r, _ := decode(s[i:]); c == 0xED && utf16.IsSurrogate(r) {
			return "", failf("half a surrogate pair cannot be encoded")
		}
		if isNameStart(c) || isDigit(c) || strings.IndexByte(plain, c) >= 0 {
			out.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		out.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return out.String(), nil
}

func urlencodeFilter(r *run, in Value, _ methodArgs) (Value, error) {
	var parts []string
	var err error
	switch in.kind {
	case String, safeKind:
		s, err := encodeComponent(in.text())
		if err != nil {
			return Value{}, err
		}
		return r.newString(s)
	case Object:
		rec := in.record()
		for i, k := range rec.keys {
			if parts, err = r.encodePair(parts, StringValue(k), rec.vals[i]); err != nil {
				return Value{}, err
			}
		}
	case Array:
		for _, v := range in.array().items {
			if v.nullish() {
				return Value{}, failf("its elements must be pairs")
			}
			if parts, err = r.encodePair(parts, own(v, "0"), own(v, "1")); err != nil {
				return Value{}, err
			}
		}
	}
	return r.newString(strings.Join(parts, "&"))
}

func (r *run) encodePair(parts []string, pair ...Value) ([]string, error) {
	var out [2]string
	for i, v := range pair {
		s, err := r.str(v)
		if err != nil {
			return nil, err
		}
		if out[i], err = encodeComponent(s); err != nil {
			return nil, err
		}
	}
	return append(parts, out[0]+"="+out[1]), nil
}

var (
	linkEdges  = regexp.MustCompile(`^(?:\(|<|&lt;)?([^\n\r\x{2028}\x{2029}]*?)(?:\.|,|\)|\n|&gt;)?$`)
	mailLink   = regexp.MustCompile("(?i)^[\\w.!#$%&'*+\\-/=?^`{|}~]+@[a-z\\d-]+(?:\\.[a-z\\d-]+)+$")
	domainLink = regexp.MustCompile(`\.(?:org|net|com)(?::|/|$)`)
)

func urlizeFilter(r *run, in Value, args methodArgs) (Value, error) {
	s, err := textOf(in)
	if err != nil {
		return Value{}, err
	}
	most, err := r.shown(args.at(0))
	if err != nil {
		return Value{}, err
	}
	rel := ""
	if a := args.at(1); a.kind == Bool && a.bool() {
		rel = ` rel="nofollow"`
	}
	var out []byte
	for s != "" {
		word := s[:len(s)-len(strings.TrimLeftFunc(s, whitespace))]
		if word == "" {
			word = s
			if i := strings.IndexFunc(s, whitespace); i > 0 {
				word = s[:i]
			}
		}
		s = s[len(word):]
		out = append(out, link(word, most, rel)...)
	}
	return r.newString(string(out))
}

// shown reads how much of a link is shown.
func (r *run) shown(v Value) (float64, error) {
	if v.kind == Undefined || v.kind == Number && math.IsNaN(v.num()) {
		return math.Inf(1), nil
	}
	f, err := r.float(v)
	if math.IsNaN(f) || f <= 0 {
		return 0, err
	}
	return math.Trunc(f), err
}

func link(word string, most float64, rel string) string {
	url := word
	if m := linkEdges.FindStringSubmatch(word); m != nil {
		url = m[1]
	}
	short := substring(url, 0, clamp(most, length16(url)))
	switch {
	case strings.HasPrefix(url, "http://"), strings.HasPrefix(url, "https://"):
		return `<a href="` + url + `"` + rel + ">" + short + "</a>"
	case strings.HasPrefix(url, "www."):
		return `<a href="http://` + url + `"` + rel + ">" + short + "</a>"
	case mailLink.MatchString(url):
		return `<a href="mailto:` + url + `">` + url + "</a>"
	case domainLink.MatchString(url):
		return `<a href="http://` + url + `"` + rel + ">" + short + "</a>"
	}
	return word
}
