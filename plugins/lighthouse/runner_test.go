package lighthouse

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// chrome stands in for a browser: it says where it listens and waits, with a program of its own.
const chrome = `for a in "$@"; do case "$a" in --user-data-dir=*) dir="${a#--user-data-dir=}";; esac; done
mkdir -p "$dir"
sleep 300 & echo $! > "$HOME/child"
printf '9222\n/devtools/browser/x' > "$dir/DevToolsActivePort"
cp "$HOME/child" "$KEEP" 2>/dev/null
wait
`

// tool stands in for lighthouse: it writes the result that a file next to it holds.
const tool = `for a in "$@"; do case "$a" in --output-path=*) out="${a#--output-path=}";; --port=9222) port=1;; esac; done
[ -n "$port" ] || exit 3
cp "$(dirname "$0")/result.json" "$out.report.json"
printf '<!doctype html><title>whole report</title>' > "$out.report.html"
`

func runner(t *testing.T, browser, script, result string) *Runner {
	t.Helper()
	lh := program(t, "lighthouse", script)
	if err := os.WriteFile(filepath.Join(filepath.Dir(lh), "result.json"), []byte(result), 0o600); err != nil {
		t.Fatal(err)
	}
	gate := outbound.New(outbound.Options{})
	t.Cleanup(gate.Close)
	return &Runner{Chrome: program(t, "chromium", browser), Lighthouse: lh, Timeout: 20 * time.Second, Gate: gate, Dir: t.TempDir()}
}

func TestRunner(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	pid := filepath.Join(t.TempDir(), "pid")
	r := runner(t, strings.ReplaceAll(chrome, "$KEEP", pid), tool, lhrOf(0.71, "mobile"))
	p, tw, clock := plugin(t, func(c *Config) { c.Runner = r })
	var seen []plugins.AuditStep
	a, err := p.Audit(t.Context(), plugins.AuditRequest{Key: "audit:1", URL: "https://shop.acme.example"}, steps(&seen))
	if err != nil || a.ID != "audit:1" || a.Score("performance") != 71 || a.Report != "/plugins/lighthouse/report/audit:1" || len(seen) != 3 {
		t.Fatalf("%+v, %v, %v", a, err, seen)
	}
	if report, err := p.cfg.Store.Report(t.Context(), "audit:1"); err != nil || !strings.Contains(string(report), "whole report") {
		t.Errorf("%q, %v", report, err)
	}
	if left, err := os.ReadDir(r.Dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	gone(t, pid)
	if again, err := p.Audit(t.Context(), plugins.AuditRequest{Key: "audit:1", URL: "https://shop.acme.example"}, steps(&seen)); err != nil || again.ID != a.ID || len(seen) != 3 {
		t.Errorf("the same request again: %+v, %v, %v", again, err, seen)
	}

	// Those whose last audit is too long ago are audited, each once.
	clock.pass(23 * time.Hour)
	if err := p.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, _ := p.cfg.Store.Recent(t.Context(), 10)
	if len(all) != 2 || tw.fact("blog", "performance") != "71" {
		t.Errorf("%d audits", len(all))
	}
	clock.pass(2 * time.Hour)
	if due := p.due(); len(due) != 1 || !strings.Contains(due[0], "hop.acme.example") {
		t.Errorf("due: %v", due)
	}
}

// gone waits until a program that another started has ended.
func gone(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if syscall.Kill(pid, 0) != nil || zombie(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("program %d still runs", pid)
}

func zombie(pid int) bool {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(data), ") Z ")
}

// TestRunnerTriesAgain: what lighthouse asks to be tried again is, once.
func TestRunnerTriesAgain(t *testing.T) {
	t.Parallel()
	count := filepath.Join(t.TempDir(), "count")
	r := runner(t, chrome, "echo x >> "+count+"\n[ \"$(wc -l < "+count+")\" -gt 1 ] || { echo 'NO_NAVSTART' >&2; exit 1; }\n"+tool, lhrOf(0.5, "mobile"))
	p, _, _ := plugin(t, func(c *Config) { c.Runner = r })
	if a, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example"}, func(plugins.AuditStep) {}); err != nil || a.Score("performance") != 50 {
		t.Errorf("%+v, %v", a, err)
	}
	if data, err := os.ReadFile(count); err != nil || strings.Count(string(data), "x") != 2 {
		t.Errorf("%q, %v", data, err)
	}
}

func TestRunnerFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		browser, tool, result string
		timeout               time.Duration
		want                  string
	}{
		"no browser":           {"", tool, "", 0, "cannot be started: there is no such program"},
		"a browser that ends":  {"echo no display >&2; exit 1", tool, "", 0, "chromium ended without a result: no display"},
		"a tool that ends":     {chrome, "echo 'Unable to connect' >&2; exit 1", "", 0, "lighthouse ended without a result: Unable to connect"},
		"a tool that hangs":    {chrome, "sleep 300", "", 500 * time.Millisecond, "did not finish in time and was ended"},
		"a browser that hangs": {"sleep 300", tool, "", 300 * time.Millisecond, "did not start in time"},
		"no result":            {chrome, "exit 0", "", 0, "wrote no result"},
		"not JSON":             {chrome, tool, "<html>", 0, "cannot be read"},
		"a page that breaks":   {chrome, tool, `{"runtimeError":{"code":"NO_FCP","message":"The page did not paint any content."}}`, 0, "NO_FCP: The page did not paint any content."},
		"no scores":            {chrome, tool, `{"categories":{}}`, 0, "no scores"},
		"floods":               {chrome, "yes | head -c 3000000; exit 1", "", 0, "ended without a result: y"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runner(t, tt.browser, tt.tool, tt.result)
			if tt.browser == "" {
				r.Chrome += "-none"
			}
			if tt.timeout > 0 {
				r.Timeout = tt.timeout
			}
			p, _, _ := plugin(t, func(c *Config) { c.Runner = r })
			_, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example"}, func(plugins.AuditStep) {})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), r.Dir) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			all, _ := p.cfg.Store.Recent(context.WithoutCancel(t.Context()), 10)
			if len(all) != 1 || all[0].State != plugins.AuditFailed || all[0].Why == "" {
				t.Errorf("%+v", all)
			}
			if left, err := os.ReadDir(r.Dir); err != nil || len(left) > 0 {
				t.Errorf("it leaves %v, %v", left, err)
			}
		})
	}
}

// TestOneAtATime: a second audit says that it waits, and gives up with its context.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	s, remote := newService(t)
	hold := make(chan struct{})
	var once sync.Once
	s.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			s.mu.Unlock()
			<-hold
			s.mu.Lock()
		}
		return false
	}
	p, _, _ := plugin(t, func(c *Config) { c.Service = remote })
	begun, done := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example"}, func(plugins.AuditStep) { once.Do(func() { close(begun) }) })
		done <- err
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var seen []plugins.AuditStep
	if _, err := p.Audit(ctx, plugins.AuditRequest{URL: "https://blog.acme.example/start"}, steps(&seen)); !fault.Is(err, fault.Upstream) || len(seen) != 1 || seen[0] != plugins.AuditWaits {
		t.Errorf("%v, %v", err, seen)
	}
	close(hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAbandoned(t *testing.T) {
	t.Parallel()
	_, remote := newService(t)
	p, _, clock := plugin(t, func(c *Config) { c.Service = remote; c.Every = 0 })
	begun := plugins.Audit{ID: "1", URL: "https://shop.acme.example", State: plugins.AuditRunning, Began: noon}
	if err := p.put(t.Context(), begun, nil); err != nil {
		t.Fatal(err)
	}
	clock.pass(abandoned + time.Minute)
	if err := p.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, _ := p.known("1"); a.State != plugins.AuditFailed {
		t.Errorf("%+v", a)
	}
	clock.pass(Keeps)
	if err := p.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := p.cfg.Store.Recent(t.Context(), 10); err != nil || len(all) != 0 {
		t.Errorf("%d audits are kept for ever, %v", len(all), err)
	}
}

// TestGate: the browser reaches what the configuration lets it reach, and nothing else inside of the network.
func TestGate(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "hello "+r.Host) })
	plain, secure := httptest.NewServer(page), httptest.NewTLSServer(page)
	defer plain.Close()
	defer secure.Close()
	host := func(s *httptest.Server) string { u, _ := url.Parse(s.URL); return u.Host }
	get := func(g *gate, address string) (int, string) {
		proxy, _ := url.Parse("http://" + g.address)
		tr := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: secure.Client().Transport.(*http.Transport).TLSClientConfig}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr, Timeout: 10 * time.Second}).Get(address)
		if err != nil {
			return 0, err.Error()
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	open := outbound.New(outbound.Options{Hosts: []outbound.Host{{Name: host(plain), Private: true, Plain: true}, {Name: host(secure), Private: true}}})
	defer open.Close()
	g, err := openGate(open)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{plain.URL, secure.URL} {
		if status, body := get(g, address); status != 200 || !strings.HasPrefix(body, "hello ") {
			t.Errorf("%s: %d %s", address, status, body)
		}
	}
	g.close()
	shut := outbound.New(outbound.Options{})
	defer shut.Close()
	if g, err = openGate(shut); err != nil {
		t.Fatal(err)
	}
	defer g.close()
	for _, address := range []string{plain.URL, "http://169.254.169.254/latest/meta-data/", "http://[::1]:80/", "http://0.0.0.0/"} {
		if status, body := get(g, address); status != http.StatusForbidden {
			t.Errorf("%s: %d %s", address, status, body)
		}
	}
	if status, body := get(g, secure.URL); status != 0 || !strings.Contains(body, "Forbidden") {
		t.Errorf("through a tunnel: %d %s", status, body)
	}
	conn, err := net.Dial("tcp", g.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
		t.Errorf("no proxy request: %.60s", answer)
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	r := runner(t, "echo Chromium 1", "echo 12", "")
	p, _, _ := plugin(t, func(c *Config) { c.Runner = r })
	if err := p.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := r.Programs(t.Context()); err != nil || got != "Chromium 1, Lighthouse 12" {
		t.Errorf("%q, %v", got, err)
	}
	r.Chrome += "-none"
	if err := p.Probe(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a browser: %v", err)
	}
	_, remote := newService(t)
	if p, _, _ = plugin(t, func(c *Config) { c.Service = remote }); p.Probe(t.Context()) != nil {
		t.Error("the service answers")
	}
}
