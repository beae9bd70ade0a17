package scaffold

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// hidden stands where a secret was.
const hidden = "***"

// mask is a value of the same shape that tells nothing.
func mask(v template.Value) template.Value {
	switch v.Kind() {
	case template.String, template.Number:
		return template.StringValue(hidden)
	case template.Array:
		items := make([]template.Value, v.Len())
		for i, item := range v.Items() {
			items[i] = mask(item)
		}
		return template.ArrayValue(items...)
	case template.Object:
		fields := make([]template.Field, 0, v.Len())
		for k, item := range v.Entries {
			fields = append(fields, template.Field{Key: k, Value: mask(item)})
		}
		return template.ObjectValue(fields...)
	}
	return v
}

// Hider returns what takes the texts in some values out of a text, in the forms in which they may stand in it.
func Hider(secrets ...template.Value) func(string) string {
	r := &redactor{}
	for _, v := range secrets {
		r.add(v)
	}
	return r.text
}

// redactor takes secrets out of everything that is shown or kept. It is safe for concurrent use.
type redactor struct {
	mu       sync.Mutex
	words    map[string]bool
	replacer *strings.Replacer
}

// minSecret is the shortest text that is taken for a secret, in bytes; a single letter is in everything.
const minSecret = 2

// add makes all texts and numbers in a value secrets.
func (r *redactor) add(v template.Value) {
	switch v.Kind() {
	case template.String, template.Number:
		r.word(v.String())
	case template.Array:
		for _, item := range v.Items() {
			r.add(item)
		}
	case template.Object:
		for _, item := range v.Entries {
			r.add(item)
		}
	}
}

func (r *redactor) word(s string) {
	s = strings.TrimSpace(s)
	if len(s) < minSecret {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.words == nil {
		r.words = map[string]bool{}
	}
	if r.words[s] {
		return
	}
	quoted := string(template.AppendJSON(nil, template.StringValue(s)))
	for _, form := range []string{
		s, quoted[1 : len(quoted)-1], url.QueryEscape(s), url.PathEscape(s),
		base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
	} {
		r.words[form] = true
	}
	r.replacer = nil
}

// addDifference makes secrets of the texts of a value that differ from those of the same value made without secrets.
func (r *redactor) addDifference(with, without template.Value) {
	switch with.Kind() {
	case template.Number:
		if without.Kind() == template.String { // its mask
			r.word(with.String())
		}
	case template.String:
		if without.Kind() != template.String || without.String() != with.String() {
			r.word(with.String())
		}
	case template.Array:
		for i, item := range with.Items() {
			var other template.Value
			if i < without.Len() {
				other = without.Items()[i]
			}
			r.addDifference(item, other)
		}
	case template.Object:
		for k, item := range with.Entries {
			r.addDifference(item, without.Get(k))
		}
	}
}

// text is a text without secrets.
func (r *redactor) text(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.words) == 0 {
		return s
	}
	if r.replacer == nil {
		words := make([]string, 0, len(r.words))
		for w := range r.words {
			words = append(words, w)
		}
		slices.SortFunc(words, func(a, b string) int { // the longest first, as one may be part of another
			if len(a) != len(b) {
				return len(b) - len(a)
			}
			return strings.Compare(a, b)
		})
		pairs := make([]string, 0, 2*len(words))
		for _, w := range words {
			pairs = append(pairs, w, hidden)
		}
		r.replacer = strings.NewReplacer(pairs...)
	}
	return r.replacer.Replace(s)
}

// value is a value without secrets.
func (r *redactor) value(v template.Value) template.Value {
	switch v.Kind() {
	case template.String:
		if s := v.String(); r.text(s) != s {
			return template.StringValue(r.text(s))
		}
	case template.Array:
		items := make([]template.Value, v.Len())
		for i, item := range v.Items() {
			items[i] = r.value(item)
		}
		return template.ArrayValue(items...)
	case template.Object:
		fields := make([]template.Field, 0, v.Len())
		for k, item := range v.Entries {
			fields = append(fields, template.Field{Key: k, Value: r.value(item)})
		}
		return template.ObjectValue(fields...)
	}
	return v
}
