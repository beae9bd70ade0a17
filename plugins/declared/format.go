package declared

import (
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

// file is a declared plugin as it was read.
type file struct {
	path     string
	hash     string // of its text
	Metadata metadata
	Spec     spec
}

type metadata struct {
	Name        string
	Title       words
	Description string
}

// spec is what a plugin does.
type spec struct {
	Title    words // of the card; "" for that of the plugin
	Match    match
	Values   []value
	Requests []request
	Map      *query // jq: the answers to what the card shows; nil: the answers themselves
	Card     *tree
	Command  string
	Answers  string
	Phrases  map[lang.Lang][]string
	Fresh    time.Duration
	Timeout  time.Duration
	Watch    *watch
	Webhook  *webhook
	Actions  []action
}

// match says which entities a plugin is about. All that is given must hold.
type match struct {
	Annotations []string // any of them
	Kinds       []string // any of them, lower case
	Types       []string // any of them, lower case
	When        *expression
}

// value is a named expression.
type value struct {
	name string
	expr *expression
}

// request is one question to an upstream.
type request struct {
	line     int
	Name     string
	Upstream string
	Method   string
	Path     *text
	Query    []parameter
	Headers  []parameter
	Body     *tree
	When     *expression // false: it is left out, and its answer is null
	Each     *expression // a list: one request for each of its items, as item
	Text     bool        // the answer is no JSON
	Missing  bool        // 404 is no failure: its answer is null
	Optional bool        // no failure is one: its answer is null
}

// parameter is a named text of a query or a header.
type parameter struct {
	name string
	text *text
}

// watch has facts written from time to time.
type watch struct {
	Every    time.Duration
	Facts    []fact
	Topic    *topic
	Measures []plugins.Measure
}

// fact is a fact of an entity.
type fact struct {
	key  string
	expr *expression
}

// topic tells of changes of the watched facts.
type topic struct {
	Name  string
	Title words
	Facts []string // empty: all
	Say   words    // with {what}, {key}, {from} and {to}
}

// webhook says how a vendor calls.
type webhook struct {
	Header   string // that has the signature or the token
	Scheme   string // hmac-sha256, hmac-sha1 or token
	Prefix   string // before the signature in the header
	Base64   bool   // the signature is in base64, not in hexadecimal
	Secret   string
	ID       *query // of the body: what tells deliveries apart; nil: a hash of the body
	Entities *query // of the body: the values of Value that a delivery is about; nil: nobody's cards become old
	Value    string // the name of a value of the plugin
}

// action is a button with an effect.
type action struct {
	Name    string
	Title   words
	Confirm words
	When    *expression // false: the button is left out
	Request request
	Done    words
}

// words is a text in one or several languages.
type words map[lang.Lang]string

// UnmarshalNode implements yamldoc.Unmarshaler: a string, or one for each language.
func (w *words) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	*w = words{}
	if n.Kind == yamldoc.String || n.Kind == yamldoc.Number {
		(*w)[lang.English] = n.Text
		return nil
	}
	if n.Kind != yamldoc.Map || len(n.Fields) == 0 {
		return d.Errorf(n, field, "expected a text, or texts by language: {en: ..., zh: ...}")
	}
	for _, f := range n.Fields {
		l, ok := language(f.Key)
		if !ok {
			return d.Errorf(f.Value, field+"."+f.Key, "%q is no language; known are en and zh", f.Key)
		}
		if f.Value.Kind != yamldoc.String {
			return d.Errorf(f.Value, field+"."+f.Key, "expected a text")
		}
		(*w)[l] = f.Value.Text
	}
	if (*w)[lang.English] == "" {
		return d.Errorf(n, field, "the text in English is missing: it stands in for the other languages")
	}
	return nil
}

func language(s string) (lang.Lang, bool) {
	for _, l := range lang.Languages() {
		if string(l) == s {
			return l, true
		}
	}
	return "", false
}

// In returns the text in a language.
func (w words) In(l lang.Lang) string { return plugins.Text(w).In(l) }

func (w words) text() plugins.Text { return plugins.Text(w) }
