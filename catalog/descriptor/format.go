package descriptor

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

const (
	objectNameRule = "must be letters, digits, - _ or . between a letter or digit at each end, at most 63 characters"
	labelRule      = "must be lower-case letters and digits joined by -, at most 63 characters"
	keyRule        = "must be a name of at most 63 characters, optionally behind a domain and a slash, for example example.com/name"
	tagRule        = "must be lower-case letters, digits, : + or # joined by single -, at most 63 characters"
)

// envelope checks what every entity has in common: SchemaValidEntityPolicy, NoForeignRootFieldsEntityPolicy and
// FieldFormatEntityPolicy of @backstage/catalog-model with its default validators.
func (c *checker) envelope(root *yamldoc.Node) {
	for i := range root.Fields {
		if f := &root.Fields[i]; !slices.Contains(rootFields, f.Key) {
			c.enter(f.Key)
			c.fail(f.Line, "is not a field of an entity; only apiVersion, kind, metadata and spec are")
			c.leave()
		}
	}
	c.check(envelope, root) // what has the wrong type is said here, and passed over below
	metadata := root.Get("metadata")
	c.format("apiVersion", root.Get("apiVersion"), validAPIVersion, "must be a version such as backstage.io/v1alpha1")
	c.format("kind", root.Get("kind"), validKind, "must be a letter followed by letters and digits, at most 63 characters")
	c.enter("metadata")
	c.format("name", metadata.Get("name"), validObjectName, objectNameRule)
	c.format("namespace", metadata.Get("namespace"), validDNSLabel, labelRule)
	c.pairs("labels", metadata.Get("labels"), func(v string) bool { return v == "" || validObjectName(v) })
	c.pairs("annotations", metadata.Get("annotations"), func(string) bool { return true })
	c.each("tags", metadata.Get("tags"), func(n *yamldoc.Node) {
		if n.Kind == yamldoc.String && n.Text != "" && !validTag(n.Text) {
			c.fail(n.Line, "%s, not %q", tagRule, clip(n.Text))
		}
	})
	c.each("links", metadata.Get("links"), func(n *yamldoc.Node) {
		c.format("url", n.Get("url"), validURL, "must be a full URL")
		c.format("title", n.Get("title"), notBlank, "must not be blank")
		c.format("icon", n.Get("icon"), notBlank, "must not be blank")
	})
	c.leave()
}

// format checks the text of a field that is there.
func (c *checker) format(key string, n *yamldoc.Node, valid func(string) bool, rule string) {
	if n != nil && n.Kind == yamldoc.String && n.Text != "" && !valid(n.Text) {
		c.enter(key)
		c.fail(n.Line, "%s, not %q", rule, clip(n.Text))
		c.leave()
	}
}

func (c *checker) pairs(key string, n *yamldoc.Node, valid func(string) bool) {
	if n == nil {
		return
	}
	c.enter(key)
	for i := range n.Fields {
		f := &n.Fields[i]
		c.enter(f.Key)
		if !validKey(f.Key) {
			c.fail(f.Line, "is not a valid key: it %s", keyRule)
		} else if f.Value.Kind == yamldoc.String && !valid(f.Value.Text) {
			c.fail(f.Value.Line, "%s, not %q", objectNameRule, clip(f.Value.Text))
		}
		c.leave()
	}
	c.leave()
}

func (c *checker) each(key string, n *yamldoc.Node, check func(*yamldoc.Node)) {
	if n == nil {
		return
	}
	c.enter(key)
	for i, item := range n.Items {
		c.steps = append(c.steps, step{index: i})
		check(item)
		c.leave()
	}
	c.leave()
}

func lower(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
func alnum(b byte) bool { return lower(b) || b >= 'A' && b <= 'Z' }

// every reports whether all bytes of s satisfy f.
func every(s string, f func(byte) bool) bool {
	for i := range len(s) {
		if !f(s[i]) {
			return false
		}
	}
	return true
}

func sized(s string) bool { return len(s) >= 1 && len(s) <= 63 }

// validObjectName is ^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$, 1 to 63 characters.
func validObjectName(s string) bool {
	return sized(s) && alnum(s[0]) && alnum(s[len(s)-1]) &&
		every(s, func(b byte) bool { return alnum(b) || b == '-' || b == '_' || b == '.' })
}

// validDNSLabel is ^[a-z0-9]+(?:\-+[a-z0-9]+)*$, 1 to 63 characters.
func validDNSLabel(s string) bool {
	return sized(s) && lower(s[0]) && lower(s[len(s)-1]) && every(s, func(b byte) bool { return lower(b) || b == '-' })
}

func validSubdomain(s string) bool {
	if len(s) < 1 || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !validDNSLabel(label) {
			return false
		}
	}
	return true
}

// prefixed checks "suffix" or "prefix/suffix".
func prefixed(s string, suffix func(string) bool) bool {
	prefix, rest, ok := strings.Cut(s, "/")
	if !ok {
		return suffix(s)
	}
	return validSubdomain(prefix) && suffix(rest)
}

func validKey(s string) bool { return prefixed(s, validObjectName) }

func validAPIVersion(s string) bool {
	return prefixed(s, func(v string) bool { return sized(v) && every(v, alnum) })
}

func validKind(s string) bool { return sized(s) && (s[0] < '0' || s[0] > '9') && every(s, alnum) }

// validTag is ^[a-z0-9:+#]+(\-[a-z0-9:+#]+)*$, 1 to 63 characters.
func validTag(s string) bool {
	return sized(s) && s[0] != '-' && s[len(s)-1] != '-' && !strings.Contains(s, "--") &&
		every(s, func(b byte) bool { return lower(b) || b == '-' || b == ':' || b == '+' || b == '#' })
}

func notBlank(s string) bool { return strings.TrimSpace(s) != "" }
