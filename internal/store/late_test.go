package store

import (
	"context"
	"log/slog"
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
