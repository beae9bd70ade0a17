package readapi

import (
	"slices"
	"strings"
)

// branch is a part of a projection: a value as it is, or an object of which some keys are kept.
type branch struct {
	key  []byte // quoted
	raw  []byte // nil: only kids
	kids []*branch
}

// projection reads the fields parameters: comma-separated paths. None, or only empty ones, keep everything.
func projection(params []string) ([]string, error) {
	var out []string
	for _, p := range params {
		for f := range strings.SplitSeq(p, ",") {
			if f = strings.TrimSpace(f); f == "" || slices.Contains(out, f) {
				continue
			}
			if strings.Contains(f, "[") {
				return nil, bad("Invalid field %q, array type fields are not supported", clip(f))
			}
			if out = append(out, f); len(out) > mostFields {
				return nil, bad("Invalid fields, there are more than %d", mostFields)
			}
		}
	}
	return out, nil
}

// mostFields bounds a projection.
const mostFields = 200

// project appends what the fields keep of an object. A key may itself contain dots: of the ways to read a path, the
// one with the shortest first key counts (getPathArrayAndValue in @backstage/plugin-catalog-backend).
func project(b, object []byte, fields []string) []byte {
	root := &branch{}
	for _, f := range fields {
		keep(root, object, f)
	}
	return root.append(b)
}

func keep(into *branch, value []byte, path string) {
	for parts, from := path, 0; ; {
		end := strings.IndexByte(parts[from:], '.')
		last := end < 0
		if last {
			end = len(parts)
		} else {
			end += from
		}
		key, v := quotedMember(value, parts[:end])
		switch {
		case key == nil && last:
			return
		case key == nil:
			from = end + 1
			continue
		}
		into = into.kid(key)
		if into.raw != nil {
			return // all of it is kept already
		}
		if last {
			into.raw, into.kids = v, nil
			return
		}
		value, parts, from = v, parts[end+1:], 0
		if len(value) == 0 || value[0] != '{' {
			return
		}
	}
}

// quotedMember returns a key as it is written, and its value.
func quotedMember(object []byte, want string) (key, value []byte) {
	members(object, 0, func(k, v []byte) bool {
		if name(k) == want {
			key, value = k, v
		}
		return key == nil
	})
	return key, value
}

func (t *branch) kid(key []byte) *branch {
	for _, k := range t.kids {
		if string(k.key) == string(key) {
			return k
		}
	}
	k := &branch{key: key}
	t.kids = append(t.kids, k)
	return k
}

// holds reports whether anything is kept below.
func (t *branch) holds() bool {
	return t.raw != nil || slices.ContainsFunc(t.kids, (*branch).holds)
}

func (t *branch) append(b []byte) []byte {
	if t.raw != nil {
		return append(b, t.raw...)
	}
	b = append(b, '{')
	n := 0
	for _, k := range t.kids {
		if !k.holds() {
			continue
		}
		if n++; n > 1 {
			b = append(b, ',')
		}
		b = k.append(append(append(b, k.key...), ':'))
	}
	return append(b, '}')
}
