package backstage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// head is what tells entities and their states apart.
type head struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
		ETag      string `json:"etag"`
	} `json:"metadata"`
}

func (h *head) ref() catalog.Ref {
	return catalog.MakeRef(h.Kind, h.Metadata.Namespace, h.Metadata.Name)
}

// ours reports whether an entity is one of people: Backstage makes a Location called generated-<hash> of every
// registered location.
func (h *head) ours() bool {
	return !strings.EqualFold(h.Kind, "location") || !strings.HasPrefix(strings.ToLower(h.Metadata.Name), "generated-")
}

// item is an entity as the portal sent it, taken apart.
type item struct {
	text  []byte // the descriptor, as JSON that is YAML as well
	at    place
	sent  []catalog.Relation // lower case
	notes []string           // what the portal says is wrong with it
}

// place is where the portal read an entity.
type place struct {
	location string // as a person would open it; empty: the portal did not say, or it is a file of its own
	line     int
}

// readItem takes an entity apart.
func readItem(raw json.RawMessage) (item, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	root, err := node(dec, 0)
	if err != nil {
		return item{}, err
	}
	if root.Kind != yamldoc.Map {
		return item{}, fault.New(fault.Invalid, "an entity must be an object")
	}
	it := item{sent: relations(root.Get("relations")), notes: notes(root.Get("status"))}
	drop(root, "relations", "status")
	metadata := root.Get("metadata")
	drop(metadata, "uid", "etag")
	it.clean(metadata)
	it.text = quiet(yamldoc.AppendJSON(nil, root))
	return it, nil
}

// maxNesting bounds the depth of an entity.
const maxNesting = 200

// node builds the tree of the next value.
func node(dec *json.Decoder, depth int) (*yamldoc.Node, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxNesting {
		return nil, fault.New(fault.Invalid, "it nests more than %d deep", maxNesting)
	}
	switch v := t.(type) {
	case json.Delim:
		return collection(dec, v, depth)
	case string:
		return &yamldoc.Node{Kind: yamldoc.String, Text: v}, nil
	case json.Number:
		return &yamldoc.Node{Kind: yamldoc.Number, Text: v.String()}, nil
	case bool:
		return &yamldoc.Node{Kind: yamldoc.Bool, Text: strconv.FormatBool(v)}, nil
	default:
		return &yamldoc.Node{Kind: yamldoc.Null}, nil
	}
}

func collection(dec *json.Decoder, open json.Delim, depth int) (*yamldoc.Node, error) {
	n := &yamldoc.Node{Kind: yamldoc.List}
	if open == '{' {
		n.Kind = yamldoc.Map
	}
	for dec.More() {
		var key string
		if n.Kind == yamldoc.Map {
			t, err := dec.Token()
			if err != nil {
				return nil, err
			}
			key, _ = t.(string)
		}
		v, err := node(dec, depth+1)
		if err != nil {
			return nil, err
		}
		if n.Kind == yamldoc.Map {
			n.Fields = append(n.Fields, yamldoc.Field{Key: key, Value: v})
		} else {
			n.Items = append(n.Items, v)
		}
	}
	_, err := dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// drop removes keys of an object.
func drop(n *yamldoc.Node, keys ...string) {
	if n == nil || n.Kind != yamldoc.Map {
		return
	}
	kept := n.Fields[:0]
	for _, f := range n.Fields {
		gone := false
		for _, k := range keys {
			gone = gone || f.Key == k
		}
		if !gone {
			kept = append(kept, f)
		}
	}
	n.Fields = kept
}

// relations reads what the portal says an entity is related to: targetRef, or the target of older portals.
func relations(n *yamldoc.Node) []catalog.Relation {
	if n == nil {
		return nil
	}
	var out []catalog.Relation
	for _, r := range n.Items {
		target := r.Get("targetRef").Str()
		if t := r.Get("target"); target == "" && t != nil {
			target = t.Get("kind").Str() + ":" + t.Get("namespace").Str() + "/" + t.Get("name").Str()
		}
		ref, err := catalog.ParseRef(target, "", "")
		if kind := r.Get("type").Str(); err == nil && kind != "" {
			out = append(out, catalog.Relation{Type: kind, Target: ref})
		}
	}
	return out
}

// notes are the errors that the portal found with an entity.
func notes(status *yamldoc.Node) []string {
	items := status.Get("items")
	if items == nil {
		return nil
	}
	var out []string
	for _, i := range items.Items {
		if i.Get("level").Str() == "error" && len(out) < 3 {
			out = append(out, fmt.Sprintf("the portal reports an error: %s", clip(i.Get("message").Str())))
		}
	}
	return out
}

// clean takes off the annotations that tell where the portal read the entity, and remembers what they say. Those of
// them that a descriptor may have itself stay when they say something else than what follows from the location.
func (it *item) clean(metadata *yamldoc.Node) {
	annotations := metadata.Get("annotations")
	if annotations == nil || annotations.Kind != yamldoc.Map {
		return
	}
	location := annotations.Get(catalog.AnnotationLocation).Str()
	if location == "" {
		location = annotations.Get(catalog.AnnotationOriginLocation).Str()
	}
	view := annotations.Get(catalog.AnnotationViewURL).Str()
	address := strings.TrimPrefix(location, "url:")
	it.at = provenance(address, view, annotations.Get(catalog.AnnotationEditURL).Str())
	if annotations.Get(catalog.AnnotationOrphan).Str() == "true" {
		it.notes = append(it.notes, "the portal marks it as an orphan: nothing leads to its descriptor any more")
	}
	gone := []string{catalog.AnnotationLocation, catalog.AnnotationOriginLocation, catalog.AnnotationOrphan}
	for _, p := range (catalog.Provenance{Location: address}).Annotations() {
		have := annotations.Get(p.Key).Str()
		if p.Key == catalog.AnnotationViewURL {
			have, _ = splitLine(have)
		}
		if have == p.Value {
			gone = append(gone, p.Key)
		}
	}
	if drop(annotations, gone...); len(annotations.Fields) == 0 {
		drop(metadata, "annotations")
	}
}

// provenance is where a person opens a descriptor: under its view URL, its location, or its edit URL.
func provenance(address, view, edit string) place {
	for _, a := range [...]string{view, address, edit} {
		if web(a) {
			at, line := splitLine(a)
			return place{at, line}
		}
	}
	return place{}
}

func web(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

// splitLine takes the line off an address: #L12, #L12-L20.
func splitLine(address string) (string, int) {
	at, fragment, ok := strings.Cut(address, "#L")
	if !ok {
		return address, 0
	}
	first, _, _ := strings.Cut(fragment, "-")
	line, err := strconv.Atoi(first)
	if err != nil || line < 1 {
		return address, 0
	}
	return at, line
}

// quiet escapes what JSON may hold as it is and YAML may not: the control characters behind ASCII and the
// noncharacters. In JSON they stand in strings only.
func quiet(b []byte) []byte {
	loud := func(r rune) bool {
		return r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff || r >= 0xfdd0 && r <= 0xfdef
	}
	if bytes.IndexFunc(b, loud) < 0 {
		return b
	}
	out := make([]byte, 0, len(b)+64)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if loud(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}

// clip bounds foreign text in a message.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
