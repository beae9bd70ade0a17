package declared

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
)

// entityOf reads one descriptor.
func entityOf(t testing.TB, text []byte) *catalog.Entity {
	t.Helper()
	docs := descriptor.Read("catalog.yaml", text, descriptor.Options{})
	if len(docs) != 1 || docs[0].Entity == nil {
		t.Fatalf("the descriptor is not valid: %+v", docs)
	}
	return docs[0].Entity
}
