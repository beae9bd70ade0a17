package store

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// The environment of a child process: what it shall do, and on which database.
const (
	childRole = "BACKCHANNEL_TEST_CHILD"
	childURL  = "BACKCHANNEL_TEST_URL"
)

// TestChild does what a parent test asks for, to be killed over it; by itself it does nothing.
func TestChild(t *testing.T) {
	switch url := os.Getenv(childURL); os.Getenv(childRole) {
	case "load":
		db := open(t, url)
		fmt.Println("begins")
		apply(t, db, crowd(25_000, "new"))
		fmt.Println("done")
	case "migrate":
		fmt.Println("begins")
		if _, err := openRelease(t, url, slowRelease(t)); err != nil {
			t.Fatal(err)
		}
		fmt.Println("done")
	}
}

// slowRelease has a quick migration and one that takes seconds on every database.
func slowRelease(t testing.TB) release {
	return laterRelease(t, 1, `CREATE TABLE later (id INTEGER)`, `INSERT INTO later
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000) SELECT i FROM n`)
}

// child runs this test binary again in a role, waits until it begins and as long as delay says, and kills it.
func child(t *testing.T, role, url string, delay func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.count=1")
	cmd.Env = append(os.Environ(), childRole+"="+role, childURL+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "begins" {
		t.Errorf("the child says %q", lines.Text())
	}
	delay()
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	for lines.Scan() {
		if lines.Text() == "done" {
			t.Log("the child was done before it was killed")
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Log("the child ended by itself")
	}
}

// crowd is a full delta of n files.
func crowd(n int, title string) catalog.Delta {
	d := catalog.Delta{Origin: "o", Full: true}
	for i := range n {
		d.Files = append(d.Files, oneFile("o", fmt.Sprint(i), fmt.Sprintf("e%d", i), title).Files...)
	}
	return d
}

// TestKilledWhileLoading: kill -9 in the middle of a load leaves the state before it, or the whole of it.
func TestKilledWhileLoading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		for round, delay := range []time.Duration{50 * time.Millisecond, 400 * time.Millisecond, 1200 * time.Millisecond} {
			title := fmt.Sprintf("old%d", round)
			g := apply(t, db, crowd(50, title))
			child(t, "load", url, func() { time.Sleep(delay) })
			c := changes(t, db, 0)
			whole := c.Generation == g+1 && len(c.Upserts) == 25_000
			if !whole && (c.Generation != g || len(c.Upserts) < 50 || c.Upserts[0].Title != title) {
				t.Fatalf("killed after %v: generation %d of %d with %d entities", delay, c.Generation, g, len(c.Upserts))
			}
		}
		apply(t, db, crowd(3000, "last"))
		titles := map[string]int{}
		for _, e := range changes(t, db, 0).Upserts {
			if len(e.Problems) == 0 {
				titles[e.Title]++
			}
		}
		if titles["last"] != 3000 || len(titles) != 1 {
			t.Errorf("the next load gives %v", titles)
		}
	})
}

// TestKilledWhileMigrating: kill -9 in the middle of a migration; the next start completes it.
func TestKilledWhileMigrating(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		apply(t, db, crowd(50, "old"))
		child(t, "migrate", url, func() {
			for range 400 { // until the quick one is done
				var n int
				err := db.reader.QueryRow(`SELECT count(*) FROM store_migrations WHERE version_id = 90000`).Scan(&n)
				if err == nil && n == 1 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			time.Sleep(200 * time.Millisecond)
		})
		if c := changes(t, db, 0); len(c.Upserts) != 50 {
			t.Errorf("%d entities", len(c.Upserts))
		}
		next, err := openRelease(t, url, laterRelease(t, 1, `CREATE TABLE later (id INTEGER)`, `INSERT INTO later VALUES (7)`))
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := next.reader.QueryRow(`SELECT count(*) FROM later`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
		apply(t, next, crowd(60, "new"))
	})
}

// TestDiskFull: a load that the disk cannot hold fails with a plain reason, leaves what was there, and works once there
// is room.
func TestDiskFull(t *testing.T) {
	for name, tt := range map[string]struct {
		url             func(testing.TB) string
		why, fill, free string
	}{
		"sqlite": {storetest.SQLite, "the disk that holds the database is full", `PRAGMA max_page_count = 150`, `PRAGMA max_page_count = 1000000`},
		"postgres": {storetest.Postgres, "the disk of the database is full",
			`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
			 CREATE TRIGGER full_disk AFTER INSERT ON catalog_definitions EXECUTE FUNCTION full_disk()`,
			`DROP FUNCTION full_disk CASCADE`},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, tt.url(t))
			g := apply(t, db, crowd(10, "old"))
			script(t, db, tt.fill)
			_, err := db.Catalog().Apply(context.Background(), crowd(5000, "new"))
			if !fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), tt.why) {
				t.Error(err)
			}
			if c := changes(t, db, 0); c.Generation != g || len(c.Upserts) != 10 || c.Upserts[0].Title != "old" {
				t.Errorf("generation %d with %d entities", c.Generation, len(c.Upserts))
			}
			script(t, db, tt.free)
			apply(t, db, crowd(5000, "new"))
			if c := changes(t, db, g); len(c.Upserts) != 5000 {
				t.Errorf("%d entities", len(c.Upserts))
			}
		})
	}
}

// script runs statements on the writing connection, as an operator would.
func script(t *testing.T, db *DB, statements string) {
	t.Helper()
	for s := range strings.SplitSeq(statements, ";\n") {
		if _, err := db.writer.raw.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDatabaseAway: while the server is gone everything fails with a plain reason and nobody hangs; once it is back
// everything works again, the feed between replicas included.
func TestDatabaseAway(t *testing.T) {
	server := storetest.NewServer(t)
	url := server.Database(t)
	writer, reader := open(t, url), open(t, url)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	g := apply(t, writer, crowd(10, "old"))
	waiting := make(chan error, 1)
	go func() { waiting <- reader.Catalog().Wait(ctx, g) }()
	time.Sleep(50 * time.Millisecond) // most often it waits by now; it fails as well when it begins later
	server.Stop()
	if err := <-waiting; !fault.Is(err, fault.Upstream) || errors.Is(err, context.DeadlineExceeded) {
		t.Error("waiting:", err)
	}
	_, changed := reader.Catalog().Changes(ctx, 0)
	_, applied := writer.Catalog().Apply(ctx, crowd(10, "new"))
	for _, err := range []error{changed, applied, reader.Ping(ctx), reader.Catalog().Wait(ctx, g)} {
		if !fault.Is(err, fault.Upstream) || strings.Contains(err.Error(), "\n") {
			t.Error(err)
		}
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for { // connections that broke may fail once more
			if err := reader.Catalog().Wait(ctx, g); err == nil || ctx.Err() != nil {
				waiting <- err
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	for {
		if _, err := writer.Catalog().Apply(ctx, crowd(10, "new")); err == nil {
			break
		} else if ctx.Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := <-waiting; err != nil {
		t.Fatal(err)
	}
	if c := changes(t, reader, g); len(c.Upserts) != 10 || c.Upserts[0].Title != "new" {
		t.Errorf("%d entities", len(c.Upserts))
	}
}

// TestClosed: who waits on a store that is closed is told.
func TestClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, err := Open(context.Background(), Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- db.Catalog().Wait(context.Background(), 1) }()
		time.Sleep(20 * time.Millisecond)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err == nil || errors.Is(err, sql.ErrNoRows) {
			t.Error(err)
		}
	})
}
