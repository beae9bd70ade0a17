package store

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// TestLate: a database that is away at the start is used as soon as it is there, schema and all.
func TestLate(t *testing.T) {
	server := storetest.NewServer(t)
	url := server.Database(t)
	server.Stop()
	ctx := context.Background()
	o := Options{URL: url, Logger: slog.New(slog.DiscardHandler)}
	if _, err := Open(ctx, o); !fault.Is(err, fault.Upstream) {
		t.Fatalf("without Late: %v", err)
	}
	o.Late = true
	db, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	delta := catalog.Delta{Origin: "o", Checked: time.Now(), Files: []catalog.File{{Location: "f", Hash: [32]byte{1}}}}
	if _, err := db.Catalog().Apply(ctx, delta); !fault.Is(err, fault.Upstream) {
		t.Errorf("while it is away: %v", err)
	}
	if err := db.Ping(ctx); !fault.Is(err, fault.Upstream) {
		t.Errorf("ping while it is away: %v", err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); db.Ping(ctx) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never there: %v", db.Ping(ctx))
		}
	}
	if _, err := db.Catalog().Apply(ctx, delta); err != nil {
		t.Errorf("once it is there: %v", err)
	}
}

// TestLateSilent: a database behind which packets are lost is as far away as one that refuses a connection, and whoever
// asks and does not wait for it learns that his own time is over.
func TestLateSilent(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // connects, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx := context.Background()
	db, err := Open(ctx, Options{URL: "postgres://u@" + silent.Addr().String() + "/x?sslmode=disable&connect_timeout=1", Late: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Catalog().ChangesSince(ctx, 4, "mark"); !fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("the catalog: %v", err)
	}
	over, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := db.Catalog().ChangesSince(over, 4, "mark"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without time: %v", err)
	}
}

// TestLateRefused: a schema of a program two versions ahead is refused whenever the database arrives.
func TestLateRefused(t *testing.T) {
	server := storetest.NewServer(t)
	url := server.Database(t)
	ctx := context.Background()
	newer, err := Open(ctx, Options{URL: url, release: release{migrations: thisRelease().migrations, level: schemaLevel + 2}})
	if err != nil {
		t.Fatal(err)
	}
	newer.Close()
	server.Stop()
	db, err := Open(ctx, Options{URL: url, Late: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); !fault.Is(db.Ping(ctx), fault.Invalid); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not refused: %v", db.Ping(ctx))
		}
	}
	if _, err := db.Catalog().Apply(ctx, catalog.Delta{Origin: "o", Checked: time.Now()}); err == nil {
		t.Error("it is used all the same")
	}
}
