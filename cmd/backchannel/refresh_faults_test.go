package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// faultyFiles is a web server of descriptors that can be made to misbehave.
type faultyFiles struct {
	*httptest.Server
	mu    sync.Mutex
	owner string
	fault http.HandlerFunc // of what the Location leads to; nil: none
}

func (w *faultyFiles) set(owner string, fault http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.owner, w.fault = owner, fault
}

// newFaultyFiles serves a Location that leads to two components.
func newFaultyFiles(t *testing.T) *faultyFiles {
	w := &faultyFiles{owner: "red"}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		owner, fault := w.owner, w.fault
		w.mu.Unlock()
		name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".yaml")
		switch {
		case name == "all":
			fmt.Fprint(rw, "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: all}\nspec: {targets: [./ship.yaml, ./pay.yaml]}\n")
		case fault != nil && name == "pay":
			fault(rw, r)
		default:
			fmt.Fprint(rw, descriptorOf(name, owner))
		}
	}))
	t.Cleanup(w.Close)
	return w
}

// TestKilledWhileRefreshing: kill -9 of the one that reads, in the middle of a refresh, loses nothing and doubles
// nothing: another one reads all of it again. What a source then does wrong is in the metrics, and what it said last stays.
func TestKilledWhileRefreshing(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	url := server.Database(t)
	web := newFaultyFiles(t)
	config := fmt.Sprintf("catalog: {locations: [{type: url, target: %q}], refresh: 2s}\nstore: {url: %q}\nlimits: off", web.URL+"/all.yaml", url)
	all := []*replica{newReplica(t, "one", config), newReplica(t, "two", config)}
	owned := func(r *replica, name, owner string) func() bool {
		return func() bool { return strings.Contains(r.ask("who owns "+name+"?"), "is owned by "+owner) }
	}
	for _, r := range all {
		until(t, r.name+" answers", owned(r, "pay", "red"))
	}
	reads, other := all[0], all[1]
	if other.leads() {
		reads, other = other, reads
	}

	begun, gate := make(chan bool, 100), make(chan struct{})
	web.set("green", func(rw http.ResponseWriter, r *http.Request) { // ship is read, pay is not yet
		begun <- true
		select {
		case <-gate:
		case <-r.Context().Done():
		}
		fmt.Fprint(rw, descriptorOf("pay", "green"))
	})
	<-begun
	reads.kill()
	close(gate)
	web.set("green", nil)
	until(t, "the other one reads", owned(other, "pay", "green"))
	until(t, "all of it", owned(other, "ship", "green"))
	rows := `SELECT (SELECT count(*) FROM catalog_definitions WHERE counts), (SELECT count(*) FROM catalog_definitions), (SELECT count(*) FROM catalog_files)`
	if got := server.SQL(t, url, rows); got != "3|3|3" {
		t.Errorf("definitions that count, all of them, and files: %s", got)
	}

	part := fmt.Sprintf(`backchannel_part_up{part="url:%s/all.yaml"} `, web.URL)
	shows := func(unreadable int) func() bool {
		return func() bool {
			m := metricsOf(t, other)
			return strings.Contains(m, fmt.Sprintf("backchannel_catalog_problems{code=\"unreadable\"} %d\n", unreadable)) && strings.Contains(m, part+"1")
		}
	}
	until(t, "nothing is wrong", shows(0))
	for name, fault := range map[string]http.HandlerFunc{
		"500":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"HTML": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!DOCTYPE html><form>") },
		"loop": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
		"half": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			fmt.Fprint(w, "kind:")
		},
	} {
		web.set("green", fault)
		until(t, name+" is in the metrics", func() bool { return !shows(0)() })
		if text := other.ask("who owns pay?"); !strings.Contains(text, "is owned by green") || !strings.Contains(text, "cannot be read now") {
			t.Errorf("%s: %s", name, text)
		}
		if !owned(other, "ship", "green")() {
			t.Errorf("%s: the file beside it is lost", name)
		}
		web.set("green", nil)
		until(t, name+" is over", shows(0))
	}
}
