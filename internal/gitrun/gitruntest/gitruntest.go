// Package gitruntest serves real git repositories over HTTP, as hosts do, for tests of what reads them. It needs the
// git program with its http-backend.
package gitruntest

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Server serves repositories below URL.
type Server struct {
	URL  string // http://127.0.0.1:port
	Host string // 127.0.0.1:port
	CA   string // file of the root certificate, of NewTLS
	dir  string
	tb   testing.TB

	mu       sync.Mutex
	password string
	hook     func(http.ResponseWriter, *http.Request) bool
	requests []string
}

// New starts a server that ends with the test.
func New(tb testing.TB) *Server {
	tb.Helper()
	return start(tb, httptest.NewServer)
}

// NewTLS starts a server that speaks https; CA is its root certificate.
func NewTLS(tb testing.TB) *Server {
	tb.Helper()
	var web *httptest.Server
	s := start(tb, func(h http.Handler) *httptest.Server {
		web = httptest.NewTLSServer(h)
		return web
	})
	s.CA = filepath.Join(tb.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(s.CA, block, 0o600); err != nil {
		tb.Fatal(err)
	}
	return s
}

func start(tb testing.TB, listen func(http.Handler) *httptest.Server) *Server {
	tb.Helper()
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{dir: tb.TempDir(), tb: tb}
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + s.dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + os.DevNull},
	}
	web := listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		password, hook := s.password, s.hook
		s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
		s.mu.Unlock()
		if _, got, _ := r.BasicAuth(); got != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		if hook != nil && hook(w, r) {
			return
		}
		backend.ServeHTTP(w, r)
	}))
	tb.Cleanup(web.Close)
	s.URL, s.Host = web.URL, strings.TrimPrefix(strings.TrimPrefix(web.URL, "https://"), "http://")
	return s
}

// Password makes the server ask for a password.
func (s *Server) Password(p string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password = p
}

// Hook is asked about every request first; when it returns true, it has answered. Nil takes it away.
func (s *Server) Hook(h func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = h
}

// Requests returns the requests since the last call, as "METHOD path?query".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.requests
	s.requests = nil
	return out
}

// Repo is one repository of a Server.
type Repo struct {
	URL string // for git
	dir string
	s   *Server
}

// Repo makes a repository with a first commit on its branch main. The name is a path such as "acme/pay".
func (s *Server) Repo(name string, files map[string]string) *Repo {
	s.tb.Helper()
	r := &Repo{URL: s.URL + "/" + name + ".git", dir: filepath.Join(s.dir, name+".git"), s: s}
	r.git(nil, "", "init", "--quiet", "--bare", "--initial-branch=main", r.dir)
	r.git(nil, r.dir, "config", "uploadpack.allowFilter", "true")
	r.git(nil, r.dir, "config", "uploadpack.allowAnySHA1InWant", "true")
	r.Commit("main", files)
	return r
}

// Config sets a configuration value of the repository on the server.
func (r *Repo) Config(key, value string) {
	r.s.tb.Helper()
	r.git(nil, r.dir, "config", key, value)
}

// Commit adds and replaces files on a branch, which starts anew where it does not exist, and returns the commit's id.
// A name that starts with "-" removes the file of the rest of the name; one that ends with "@" is a symbolic link.
func (r *Repo) Commit(branch string, files map[string]string) string {
	r.s.tb.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "commit refs/heads/%s\ncommitter T <t@example.com> 1700000000 +0000\ndata 1\nm\n", branch)
	if exec.Command("git", "-C", r.dir, "rev-parse", "--verify", "--quiet", "refs/heads/"+branch).Run() == nil {
		fmt.Fprintf(&b, "from refs/heads/%s^0\n", branch)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		if gone, ok := strings.CutPrefix(name, "-"); ok {
			fmt.Fprintf(&b, "D %s\n", gone)
			continue
		}
		mode := "100644"
		if link, ok := strings.CutSuffix(name, "@"); ok {
			mode, name = "120000", link
		}
		fmt.Fprintf(&b, "M %s inline %s\ndata %d\n%s\n", mode, name, len(text), text)
	}
	r.git(b.Bytes(), r.dir, "-c", "core.compression=0", "-c", "pack.compression=0", "fast-import", "--quiet", "--force")
	return strings.TrimSpace(r.git(nil, r.dir, "rev-parse", "refs/heads/"+branch))
}

// Remove deletes the repository from the server.
func (r *Repo) Remove() {
	r.s.tb.Helper()
	if err := os.RemoveAll(r.dir); err != nil {
		r.s.tb.Fatal(err)
	}
}

func (r *Repo) git(in []byte, dir string, args ...string) string {
	r.s.tb.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.Output()
	if err != nil {
		r.s.tb.Fatalf("git %v: %v %s", args, err, out)
	}
	return string(out)
}

// Dir is the folder of the repository on the server.
func (r *Repo) Dir() string { return r.dir }
