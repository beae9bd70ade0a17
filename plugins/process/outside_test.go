package process

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/docs/handbook"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/plugintest"
)

// TestAnotherModule builds the plugin in Go that the handbook shows, in a module that is not ours, and holds it to what
// every plugin owes.
func TestAnotherModule(t *testing.T) {
	page, err := handbook.Files.ReadFile("plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?ms)^```go title=\"main.go\"\n(.*?)^```$").FindSubmatch(page)
	if m == nil {
		t.Fatal("the page shows no program")
	}
	bin := elsewhere(t, m[1])
	queue := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/queues/orders.json" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"name":"orders","depth":1204,"consumers":0}`))
	})
	open := func(t *testing.T) plugins.Plugin {
		p, end, err := Open(t.Context(), Program{Command: []string{bin}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := end(); err != nil {
				t.Error(err)
			}
		})
		return p
	}
	of := func(queue string) *catalog.Entity {
		return entity(t, strings.Replace(checkout, `"a/b":"c"`, `"queues.acme.dev/queue":"`+queue+`"`, 1))
	}
	plugintest.Test(t, plugintest.Setup{
		New: open, Upstreams: map[string]http.Handler{"queues": queue}, Entities: []*catalog.Entity{of("orders"), entity(t, checkout)},
	})

	p := open(t)
	host := plugintest.NewHost(map[string]http.Handler{"queues": queue}).Host()
	if err := p.(plugins.Starter).Start(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	show := p.(plugins.HasViews).Views()[0].Show
	c, err := show(t.Context(), plugins.Query{Entity: of("orders"), Lang: plugins.Chinese, Now: time.Now()})
	if text, _ := json.Marshal(c.Message); err != nil || !strings.Contains(string(text), "1204 条消息在等待") {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := show(t.Context(), plugins.Query{Entity: of("nobody's"), Lang: plugins.English, Now: time.Now()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a queue that is not there: %v", err)
	}
}

// elsewhere builds a program in a module of its own, which requires this one as it stands here.
func elsewhere(t *testing.T, text []byte) (bin string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/backchannel-portal/backchannel"
	mod := strings.Replace(string(ours), "module "+module, "module acme.example/queues", 1) +
		"\nrequire " + module + " v0.0.0\nreplace " + module + " => " + root + "\n"
	dir := t.TempDir()
	for name, data := range map[string][]byte{"go.mod": []byte(mod), "go.sum": sums, "main.go": text} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bin = filepath.Join(dir, "queues")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-mod=mod", "-o", bin, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}
