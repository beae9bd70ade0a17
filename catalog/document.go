package catalog

import "encoding/json"

// Document is the whole descriptor of an entity as canonical JSON, kept compactly. It is immutable; the zero value
// holds nothing.
type Document struct {
	packed string
}

// NewDocument keeps canonical JSON. It does not hold on to the slice.
func NewDocument(json []byte) Document { return Document{string(json)} }

// JSON returns the text, which belongs to the caller; nil for the zero Document.
func (d Document) JSON() json.RawMessage {
	if d.packed == "" {
		return nil
	}
	return json.RawMessage(d.packed)
}

// IsZero reports whether the document holds nothing.
func (d Document) IsZero() bool { return d.packed == "" }

// Equal reports whether two documents are the same text.
func (d Document) Equal(o Document) bool { return d.packed == o.packed }
