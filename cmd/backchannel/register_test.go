package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// webFiles are files on a web server of somebody else; they may change.
type webFiles struct {
	mu    sync.Mutex
	files map[string]string
}

func (w *webFiles) put(path, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files[path] = text
}

func (w *webFiles) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	text, ok := w.files[r.URL.Path]
	w.mu.Unlock()
	if !ok || text == "" {
		http.NotFound(rw, r)
		return
	}
	sum := sha256.Sum256([]byte(text))
	rw.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	if r.Header.Get("If-None-Match") == rw.Header().Get("ETag") {
		rw.WriteHeader(http.StatusNotModified)
		return
	}
	rw.Header().Set("Content-Type", "text/yaml")
	fmt.Fprint(rw, text)
}

func descriptorOf(name, owner string) string {
	return fmt.Sprintf("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: %s}\nspec: {type: service, lifecycle: production, owner: %s}\n", name, owner)
}

// TestRegister: a location that is registered in the chat with one replica is read by the one that reads, answered by
// both, followed, and no longer read once it is unregistered.
func TestRegister(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	chat := slacktest.New()
	defer chat.Close()
	files := &webFiles{files: map[string]string{"/pay.yaml": descriptorOf("ledger", "team-red"), "/broken.yaml": "kind: [Component\n"}}
	site := httptest.NewServer(files)
	defer site.Close()
	host := strings.TrimPrefix(site.URL, "http://")
	other := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(other, []byte(descriptorOf("shop", "team-blue")), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := fmt.Sprintf("catalog: {locations: [{type: file, target: %q}], refresh: 1s, orphans: 1s, register: {hosts: [%q]}}\nstore: {url: %q, secret: 0123456789abcdef0123456789abcdef, keep: {audit: 30d, history: 8760h}}\nslack: {mode: http, bot_token: %s, signing_secret: %s, api_url: %q}\nlimits: off",
		other, host, server.Database(t), slacktest.BotToken, slacktest.Secret, chat.APIURL())
	all := []*replica{newReplica(t, "replica 1", cfg), newReplica(t, "replica 2", cfg)}
	answer := func(question, want string) func() bool {
		return func() bool {
			return strings.Contains(all[0].ask(question), want) && strings.Contains(all[1].ask(question), want)
		}
	}
	until(t, "both answer", answer("who owns shop?", "team-blue"))
	reads := all[0]
	asked := all[1] // does not read
	if !reads.leads() {
		reads, asked = asked, reads
	}
	says := func(want string) func() bool {
		return func() bool {
			shown := chat.Shown("U1", "C1")
			return len(shown) > 0 && strings.Contains(shown[len(shown)-1].Text, want)
		}
	}
	typed := func(text string) {
		t.Helper()
		code, _, err := chat.Deliver(t.Context(), "http://"+asked.addr+"/slack/commands", chat.Form(slacktest.Command{Command: "/backchannel", Text: text, Channel: "C1", User: "U1"}))
		if err != nil || code != http.StatusOK {
			t.Fatalf("%q: %d, %v", text, code, err)
		}
	}

	typed("register http://127.0.0.2:9/pay.yaml")
	until(t, "a host that nobody named is refused", says("was not registered"))
	typed("register " + site.URL + "/broken.yaml")
	until(t, "a broken descriptor is refused", says("holds no valid entity"))
	typed("register " + site.URL + "/pay.yaml")
	until(t, "it is registered", says("1 entity came from it"))
	until(t, "both answer what came", answer("who owns ledger?", "team-red"))
	files.put("/pay.yaml", descriptorOf("ledger", "team-green"))
	until(t, "both answer the edit", answer("who owns ledger?", "team-green"))
	files.put("/pay.yaml", "")
	until(t, "the part is reported", func() bool { _, parts := reads.status(); return len(parts) > 0 && !parts[partRegistered] })
	files.put("/pay.yaml", descriptorOf("ledger", "team-gold"))
	until(t, "both answer the mended one", answer("who owns ledger?", "team-gold"))

	reads.kill()
	files.put("/pay.yaml", descriptorOf("ledger", "team-blue"))
	until(t, "another one has taken the location over", func() bool { return strings.Contains(asked.ask("who owns ledger?"), "team-blue") })
	reads.start()
	until(t, "both answer again", answer("who owns ledger?", "team-blue"))

	typed("unregister ledger")
	until(t, "it asks", says("comes from url:"+site.URL+"/pay.yaml"))
	shown := chat.Shown("U1", "C1")
	last := shown[len(shown)-1]
	for _, b := range last.Buttons {
		if b.Label != "Unregister" {
			continue
		}
		_, _, err := chat.Deliver(t.Context(), "http://"+asked.addr+"/slack/interactions", slacktest.Payload(chat.Interaction(slacktest.Press{Value: b.Value, Channel: "C1", User: "U1", MessageTS: last.TS, Ephemeral: true})))
		if err != nil {
			t.Fatal(err)
		}
	}
	until(t, "it is unregistered", says("is no longer read"))
	until(t, "it left the catalog", func() bool {
		return !strings.Contains(all[0].ask("who owns ledger?"), "team-blue") && !strings.Contains(all[1].ask("who owns ledger?"), "team-blue")
	})
	if !strings.Contains(asked.log.String(), "a location is no longer registered") {
		t.Error("the replica that reads now did not notice")
	}
	for _, r := range all {
		if strings.Contains(r.log.String(), "encrypted with another key") {
			t.Errorf("%s does not share the secret", r.name)
		}
	}
	if problems := chat.Problems(); len(problems) > 0 {
		t.Errorf("messages that the chat does not take: %v", problems)
	}
}

func TestDescriptorAt(t *testing.T) {
	t.Parallel()
	a := &app{cfg: &config.Config{Integrations: config.Integrations{GitLab: []config.GitLab{{Host: "git.acme.dev"}}}}}
	for address, want := range map[string]string{
		"https://github.com/acme/pay":                        "https://github.com/acme/pay/blob/HEAD/catalog-info.yaml",
		"https://github.com/acme/pay/":                       "https://github.com/acme/pay/blob/HEAD/catalog-info.yaml",
		"https://github.com/acme/pay/tree/main":              "https://github.com/acme/pay/blob/main/catalog-info.yaml",
		"https://github.com/acme/pay/tree/main/services/a#b": "https://github.com/acme/pay/blob/main/services/a/catalog-info.yaml",
		"https://github.com/acme/pay/blob/main/all.yml":      "https://github.com/acme/pay/blob/main/all.yml",
		"https://git.acme.dev/group/sub/pay":                 "https://git.acme.dev/group/sub/pay/-/blob/HEAD/catalog-info.yaml",
		"https://git.acme.dev/group/pay/-/tree/main/a":       "https://git.acme.dev/group/pay/-/blob/main/a/catalog-info.yaml",
		"https://example.com/a.yaml":                         "https://example.com/a.yaml",
		"https://example.com":                                "https://example.com/catalog-info.yaml",
		"example.com/a.yaml":                                 "",
		"file:///etc/passwd":                                 "",
		"/etc/passwd.yaml":                                   "",
		"https://me:secret@example.com/a.yaml":               "",
		"https://example.com/a.yaml?token=secret":            "",
		"https://%zz/":                                       "",
	} {
		got, err := a.descriptorAt(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", address, got, err)
		}
		if want == "" && (!fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestRegistrarIsAbsent: nobody registers locations where the configuration forbids it, or nothing is kept.
func TestRegistrarIsAbsent(t *testing.T) {
	t.Parallel()
	var keeps catalog.Locations = (*store.Catalog)(nil)
	for _, tt := range []struct {
		locations catalog.Locations
		off, want bool
	}{{nil, false, false}, {keeps, true, false}, {keeps, false, true}} {
		f := &followed{locations: tt.locations}
		if got := f.registrar(&config.Config{Catalog: config.Catalog{Register: config.Register{Off: tt.off}}}); (got != nil) != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
