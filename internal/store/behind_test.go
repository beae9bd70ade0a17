package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// eventually waits for what goes on in the background.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// TestBehind: a program that runs notices that the schema has left it behind, whether or not it writes, and that it is
// back as it was.
func TestBehind(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		ctx := context.Background()
		old, err := openRelease(t, url, thisRelease())
		if err != nil {
			t.Fatal(err)
		}
		next, err := openRelease(t, url, laterRelease(t, 1))
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Ping(ctx); err != nil || old.Behind() != nil {
			t.Fatalf("one release behind: %v, %v", err, old.Behind())
		}
		newest, err := openRelease(t, url, laterRelease(t, 2))
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the old one notices", func() bool { return old.Behind() != nil })
		for _, err := range []error{old.Behind(), old.Ping(ctx)} {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "made by a newer Backchannel") {
				t.Error(err)
			}
		}
		for name, db := range map[string]*DB{"next": next, "newest": newest} {
			if db.Behind() != nil || db.Ping(ctx) != nil {
				t.Errorf("%s: %v, %v", name, db.Behind(), db.Ping(ctx))
			}
		}
		if c := changes(t, old, 0); len(c.Upserts) != 0 { // reading goes on
			t.Errorf("%d entities", len(c.Upserts))
		}
		if _, err := newest.writer.ExecContext(ctx, `UPDATE store_schema SET level = $1`, schemaLevel); err != nil { // a restored backup
			t.Fatal(err)
		}
		eventually(t, "the old one is well again", func() bool { return old.Behind() == nil && old.Ping(ctx) == nil })
	})
}
