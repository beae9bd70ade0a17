package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// replica is the real program, serving.
type replica struct {
	t    *testing.T
	name string
	dir  string // of configuration and data
	addr string
	cmd  *exec.Cmd
	log  *logText
}

// logText is what a process writes to standard error; it may be read while it is written.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newReplica writes a configuration in a folder of its own and starts the program. %s in config is the address.
func newReplica(t *testing.T, name, config string) *replica {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{t: t, name: name, dir: t.TempDir(), addr: l.Addr().String()}
	l.Close()
	config += fmt.Sprintf("\nweb: {listen: %q}\n", r.addr)
	if err := os.WriteFile(filepath.Join(r.dir, "backchannel.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", r.name, r.log)
		}
	})
	r.start()
	return r
}

func (r *replica) start() {
	r.t.Helper()
	r.log = &logText{}
	r.cmd = exec.Command("backchannel", "serve")
	r.cmd.Dir, r.cmd.Stderr = r.dir, r.log
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
}

// kill ends the process as kill -9 does.
func (r *replica) kill() {
	if r.cmd != nil {
		r.cmd.Process.Kill()
		r.cmd.Wait()
		r.cmd = nil
	}
}

// leads reports whether the replica has taken the reading of sources over since it was started.
func (r *replica) leads() bool {
	return strings.Contains(r.log.String(), "this replica reads the sources now")
}

// ask returns the text of an answer, or the error.
func (r *replica) ask(question string) string {
	body, err := json.Marshal(map[string]string{"id": "1", "text": question})
	if err != nil {
		return err.Error()
	}
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Post("http://"+r.addr+"/api/ask", "application/json", bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	var a struct{ Text string }
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return err.Error()
	}
	return a.Text
}

// status returns the code of /readyz and how each part is.
func (r *replica) status() (code int, parts map[string]bool) {
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get("http://" + r.addr + "/readyz")
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var body readiness
	if json.NewDecoder(resp.Body).Decode(&body) != nil {
		return 0, nil
	}
	parts = map[string]bool{}
	for _, p := range body.Parts {
		parts[p.Name] = p.OK
	}
	return resp.StatusCode, parts
}

// until waits for something that must come true within a time that only a broken program needs.
func until(t *testing.T, what string, ok func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !ok() {
		if time.Since(start) > time.Minute {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(start)
}

// TestReplicas: three replicas on one PostgreSQL answer the same. One of them reads; when it is killed, another takes
// over; with the database away all go on answering, and one that starts then answers from its last snapshot.
func TestReplicas(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	url := server.Database(t)
	shared := t.TempDir()
	descriptor := filepath.Join(shared, "catalog.yaml")
	owned := func(owner string) {
		text := fmt.Sprintf("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: pay}\nspec: {type: service, lifecycle: production, owner: %s}\n", owner)
		for _, g := range []string{"red", "green", "blue", "gold"} {
			text += fmt.Sprintf("---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: %s, title: Team %s}\nspec: {type: team, children: []}\n", g, g)
		}
		if err := os.WriteFile(descriptor, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	owned("red")
	config := fmt.Sprintf("catalog: {locations: [{type: file, target: %q}], refresh: 2s}\nstore: {url: %q}\nlimits: off", descriptor, url)
	var all []*replica
	for i := range 3 {
		all = append(all, newReplica(t, fmt.Sprintf("replica %d", i+1), config))
	}
	answers := func(rs []*replica, owner string) func() bool {
		return func() bool {
			for _, r := range rs {
				if !strings.Contains(r.ask("who owns pay?"), "is owned by Team "+owner) {
					return false
				}
			}
			return true
		}
	}
	until(t, "all answer", answers(all, "red"))
	leaders := func() (lead []*replica, rest []*replica) {
		for _, r := range all {
			if r.leads() {
				lead = append(lead, r)
			} else {
				rest = append(rest, r)
			}
		}
		return lead, rest
	}
	lead, rest := leaders()
	if len(lead) != 1 {
		t.Fatalf("%d replicas read the sources", len(lead))
	}
	owned("green")
	t.Logf("an edit is answered everywhere after %s", until(t, "all answer the edit", answers(all, "green")))

	lead[0].kill()
	owned("blue")
	t.Logf("after kill -9 of the one that reads: %s", until(t, "the others answer the edit", answers(rest, "blue")))
	lead[0].start()
	until(t, "the killed one is back", answers(all, "blue"))
	for _, r := range all {
		until(t, r.name+" has an image", func() bool {
			_, err := os.Stat(filepath.Join(r.dir, "data", "catalog.image"))
			return err == nil
		})
	}

	server.Stop()
	until(t, "the store is reported as away", func() bool {
		for _, r := range all {
			if code, parts := r.status(); code != http.StatusOK || parts["store"] {
				return false
			}
		}
		return true
	})
	if !answers(all, "blue")() {
		t.Error("with the database away, answers are lost")
	}
	all[0].kill()
	all[0].start()
	until(t, "one that starts without the database answers", answers(all[:1], "")) // as of its last image
	owned("gold")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "everything is back", answers(all, "gold"))
	until(t, "the store is reported as well", func() bool {
		for _, r := range all {
			if code, parts := r.status(); code != http.StatusOK || !parts["store"] {
				return false
			}
		}
		return true
	})
}
