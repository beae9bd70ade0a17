package readapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
)

// cursor is a place in a result. It holds the whole question, so that any replica can go on, and nothing that its
// bearer could not ask for otherwise: what may be seen is decided again for every page. A client that finds "query"
// in it goes on with POST requests, as @backstage/catalog-client does with Backstage's own cursors.
type cursor struct {
	Query    json.RawMessage `json:"query,omitempty"`
	Order    []orderField    `json:"orderFields"`
	Text     *fullText       `json:"fullTextFilter,omitempty"`
	Values   []string        `json:"orderFieldValues"` // the order's value, if there is an order, and the reference
	Previous bool            `json:"isPrevious"`
	Sum      string          `json:"sum"`
}

type orderField struct {
	Field string `json:"field"`
	Order string `json:"order"` // asc or desc
}

type fullText struct {
	Term   string   `json:"term"`
	Fields []string `json:"fields,omitempty"`
}

// mostCursor bounds a cursor, in bytes.
const mostCursor = 64 << 10

// String encodes the cursor with a sum that finds out a damaged one.
func (c cursor) String() string {
	text, err := json.Marshal(c.summed())
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(text)
}

func (c cursor) summed() cursor {
	c.Sum = ""
	text, err := json.Marshal(c)
	if err != nil {
		return c
	}
	sum := sha256.Sum256(text)
	c.Sum = hex.EncodeToString(sum[:8])
	return c
}

// parseCursor reads a cursor. One that String did not write is an error of kind Invalid.
func parseCursor(s string) (*cursor, error) {
	malformed := bad("Malformed cursor")
	if len(s) > mostCursor {
		return nil, malformed
	}
	text, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, malformed
	}
	c := &cursor{}
	if json.Unmarshal(text, c) != nil || c.summed().Sum != c.Sum || len(c.Order) > 1 || len(c.Values) != len(c.Order)+1 {
		return nil, malformed
	}
	for _, o := range c.Order {
		if o.Order != "asc" && o.Order != "desc" {
			return nil, malformed
		}
	}
	return c, nil
}
