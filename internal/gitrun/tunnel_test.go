package gitrun

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// TestThroughATunnel: git connects to what the configuration allows, and to nothing else inside the network.
func TestThroughATunnel(t *testing.T) {
	s := gitruntest.NewTLS(t)
	at := address(t, s.Repo("acme/pay", map[string]string{"f": "1"}).URL)
	s.Password("pa55word")
	cred := Credential{User: "u", Password: "pa55word"}
	through := func(hosts ...outbound.Host) *Runner {
		client := outbound.New(outbound.Options{Hosts: hosts})
		tunnel, err := outbound.NewTunnel(client)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { tunnel.Close(); client.Close() })
		return runner(t, Options{Proxy: tunnel.URL(), CA: s.CA}, nil)
	}
	r := through(outbound.Host{Name: s.Host, Private: true})
	if _, err := r.Head(t.Context(), at, cred, ""); err != nil {
		t.Error(err)
	}
	if err := r.Clone(t.Context(), at, cred, "", filepath.Join(t.TempDir(), "c"), 1<<20); err != nil {
		t.Error(err)
	}
	_, err := through().Head(t.Context(), at, cred, "")
	if !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "may not be connected to") {
		t.Error(err)
	}
	_, err = runner(t, Options{}, nil).Head(t.Context(), at, cred, "")
	if !fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), "certificate is not trusted") {
		t.Error(err)
	}
}

// TestPlainPastTheTunnel: a host that may be spoken to without encryption is connected to directly, whatever proxy there
// is for the others and in the environment.
func TestPlainPastTheTunnel(t *testing.T) {
	t.Setenv("http_proxy", "http://127.0.0.1:9")
	s := gitruntest.New(t)
	at := address(t, s.Repo("acme/pay", map[string]string{"f": "1"}).URL)
	tunnel, err := outbound.NewTunnel(outbound.New(outbound.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer tunnel.Close()
	if _, err := runner(t, Options{Proxy: tunnel.URL()}, s).Head(t.Context(), at, Credential{}, ""); err != nil {
		t.Error(err)
	}
}
