package store

import (
	"context"
	"encoding/hex"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

func TestPack(t *testing.T) {
	var u unpacker
	for _, e := range append(searchtest.Generate(300), &catalog.Entity{}) {
		got, err := u.entity(string(pack(e)), e.Document.JSON())
		if err != nil || got.Record() != e.Record() {
			t.Fatalf("%s comes back otherwise: %v", e.Ref, err)
		}
	}
}

// TestPackLasts pins the form that later versions must read.
func TestPackLasts(t *testing.T) {
	const old = "0109636f6d706f6e656e740764656661756c7401610009436f6d706f6e656e740764656661756c7401410000000000000000" +
		"0000000000000000020161016200000001076f776e656442790567726f75700764656661756c740474656d6d00"
	e := searchtest.Entity("component:A", searchtest.Tags("a", "b"), searchtest.Owner("group:temm"))
	e.APIVersion, e.Source, e.Owner = "", catalog.Provenance{}, catalog.Ref{}
	if got := hex.EncodeToString(pack(e)); got != old {
		t.Errorf("packed as\n%s instead of\n%s", got, old)
	}
}

func FuzzUnpack(f *testing.F) {
	for _, e := range searchtest.Generate(20) {
		f.Add(pack(e))
	}
	f.Add([]byte{})
	f.Add([]byte{packVersion, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		var u unpacker
		if e, err := u.entity(string(b), nil); (e == nil) == (err == nil) {
			t.Error(e, err)
		}
	})
}

// TestForeignRecords: entities whose records another version wrote are read from the form that lasts.
func TestForeignRecords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		d := crowd(20, "T")
		d.Files[3].Entities = append(d.Files[3].Entities, searchtest.Entity("component:second"))
		apply(t, db, d)
		want := changes(t, db, 0)
		script(t, db, `UPDATE catalog_definitions SET record = document WHERE position = 0`)
		got := changes(t, db, 0)
		if len(got.Upserts) != 21 || len(want.Upserts) != 21 {
			t.Fatalf("%d entities of %d", len(got.Upserts), len(want.Upserts))
		}
		for i, e := range got.Upserts {
			if e.Record() != want.Upserts[i].Record() {
				t.Errorf("%s comes back otherwise", e.Ref)
			}
		}
		d.Files[3].Hash[9]++
		if g := apply(t, db, d); g != want.Generation {
			t.Error("what says the same is news")
		}
		_, err := db.writer.ExecContext(context.Background(), `UPDATE catalog_definitions SET packed = document WHERE position = 0`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Catalog().Changes(context.Background(), 0); err == nil {
			t.Error("damaged rows are taken for entities")
		}
	})
}
