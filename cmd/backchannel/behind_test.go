package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// TestLeftBehind: a replica that a newer program has left two releases behind gives the reading of sources and all
// other background work up, so that a newer one can take it, writes nothing, says so, and goes on answering. Once the
// database is as it knows it again, it works again, and what it has set aside is stored.
func TestLeftBehind(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	url := server.Database(t)
	file := filepath.Join(t.TempDir(), "catalog.yaml")
	owned := func(owner string) {
		if err := os.WriteFile(file, []byte(descriptorOf("pay", owner)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	owned("red")
	r := newReplica(t, "the replica", fmt.Sprintf("catalog: {locations: [{type: file, target: %q}], refresh: 2s}\nstore: {url: %q}\nlimits: off", file, url))
	answers := func(owner string) func() bool {
		return func() bool { return strings.Contains(r.ask("who owns pay?"), owner) }
	}
	until(t, "it answers", answers("red"))
	leads := func() string {
		return server.SQL(t, url, `SELECT count(*) FROM jobs WHERE kind = 'catalog.lead' AND state = 'running'
			AND lease_until > extract(epoch FROM clock_timestamp()) * 1000000`)
	}
	until(t, "it leads", func() bool { return leads() == "1" })

	server.SQL(t, url, `UPDATE store_schema SET level = level + 2`) // as a newer program does before it migrates
	until(t, "the lead is free", func() bool { return leads() == "0" })
	until(t, "it says so", func() bool {
		code, parts := r.status()
		return code == http.StatusOK && !parts["store"]
	})
	until(t, "the log says why", func() bool {
		log := r.log.String()
		return strings.Contains(log, "this replica does no background work any more") && strings.Contains(log, "made by a newer Backchannel")
	})
	if m := metricsOf(t, r); !strings.Contains(m, `backchannel_part_up{part="store"} 0`) {
		t.Error("the metrics do not say so")
	}
	written := func() string {
		return server.SQL(t, url, `SELECT (SELECT count(*) FROM chat_audit), (SELECT count(*) FROM chat_threads), (SELECT generation FROM catalog_state)`)
	}
	before := written()
	owned("green")
	until(t, "the audit waits in the data folder", func() bool {
		r.ask("who owns pay?")
		_, parts := r.status()
		ok, told := parts["audit"]
		return told && !ok
	})
	time.Sleep(3 * time.Second) // longer than its refresh
	if now := written(); now != before {
		t.Errorf("it has written: %s, was %s", now, before)
	}
	if !answers("red")() {
		t.Errorf("it does not answer any more, or has stored what it must not: %s", r.ask("who owns pay?"))
	}
	if n := leads(); n != "0" {
		t.Error("it has taken the lead again")
	}

	server.SQL(t, url, `UPDATE store_schema SET level = level - 2`) // a backup from before
	until(t, "it works again", answers("green"))
	until(t, "it is well", func() bool { _, parts := r.status(); return parts["store"] })
	until(t, "the audit is stored", func() bool { return written() != before })
}

// metricsOf is what /metrics says.
func metricsOf(t *testing.T, r *replica) string {
	t.Helper()
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get("http://" + r.addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
