//go:build oracle

package process

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/plugintest"
)

// TestOracleJavaScript runs the suite of all plugins against the example in JavaScript: a plugin in which nothing is ours
// but the protocol. It needs node.
func TestOracleJavaScript(t *testing.T) {
	script, err := filepath.Abs("examples/ports/ports.mjs")
	if err != nil {
		t.Fatal(err)
	}
	plugintest.Test(t, plugintest.Setup{
		New: func(t *testing.T) plugins.Plugin {
			p, end, err := Open(t.Context(), Program{Command: []string{"node", script}, Config: json.RawMessage(`{"from":8000,"to":8010,"given":{"checkout":8001}}`)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := end(); err != nil {
					t.Error(err)
				}
			})
			return p
		},
		Entities: []*catalog.Entity{entity(t, checkout)},
		Actions:  map[string]json.RawMessage{"acme:port:reserve": json.RawMessage(`{"owner":"checkout"}`)},
	})
}
