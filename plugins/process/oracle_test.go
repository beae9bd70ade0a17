//go:build oracle

package process

import (
	"encoding/json"
	"fmt"
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

// TestOracleJavaScriptTakesTurns: two processes of the example, as two replicas have them, give no port twice.
func TestOracleJavaScriptTakesTurns(t *testing.T) {
	script, err := filepath.Abs("examples/ports/ports.mjs")
	if err != nil {
		t.Fatal(err)
	}
	host := plugintest.NewHost(nil).Host()
	const each = 12
	type given struct {
		port string
		err  error
	}
	all := make(chan given, 2*each)
	for replica := range 2 {
		p, end, err := Open(t.Context(), Program{Command: []string{"node", script}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := end(); err != nil {
				t.Error(err)
			}
		})
		if err := p.(plugins.Starter).Start(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		action := p.(plugins.HasActions).Actions()[0]
		for i := range each {
			go func() {
				input := fmt.Appendf(nil, `{"owner":"s%d-%d"}`, replica, i)
				out, err := action.Apply(t.Context(), plugins.ActionCall{Input: input, Key: "k"})
				all <- given{string(out), err}
			}()
		}
	}
	ports := map[string]bool{}
	for range 2 * each {
		g := <-all
		if g.err != nil || ports[g.port] {
			t.Errorf("%s, %v", g.port, g.err)
		}
		ports[g.port] = true
	}
}
