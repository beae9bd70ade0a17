package store_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// TestRunsAreSealed: what steps gave and wrote, which may hold secrets, lies encrypted in the database.
func TestRunsAreSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		runs, ctx := openTemplateRuns(t, url), t.Context()
		if _, err := runs.Begin(ctx, scaffold.Run{ID: "1", Template: "t", Status: scaffold.Open, Begun: time.Now()}); err != nil {
			t.Fatal(err)
		}
		j := runs.Journal("1")
		secret := []byte(`"hush-456"`)
		kinds := []scaffold.RecordKind{scaffold.StepEnded, scaffold.EffectEnded, scaffold.MarkEnded}
		for _, kind := range kinds {
			if added, err := j.Append(ctx, scaffold.Record{ID: string(kind), Kind: kind, Step: "s", Data: json.RawMessage(secret), At: time.Now()}); !added || err != nil {
				t.Fatal(added, err)
			}
		}
		files := strings.Repeat("hush-456", 300_000) // in several parts
		if err := j.SaveFiles(ctx, 1, strings.NewReader(files)); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"scaffold_records", "scaffold_files"} {
			for i, raw := range rawData(t, url, table) {
				if len(raw) == 0 || bytes.Contains(raw, []byte("hush")) {
					t.Errorf("row %d of %s is readable: %.40q", i, table, raw)
				}
			}
		}
		list, err := j.Records(ctx, 0)
		if err != nil || len(list) != len(kinds) {
			t.Fatal(list, err)
		}
		for _, r := range list {
			if !bytes.Equal(r.Data, secret) {
				t.Errorf("%s is read as %s", r.Kind, r.Data)
			}
		}
		in, err := j.Files(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if data, err := io.ReadAll(in); err != nil || string(data) != files {
			t.Errorf("%d bytes of files, %v", len(data), err)
		}
	})
}

// rawData is what the column data of a table holds, as whoever opens the database sees it.
func rawData(t *testing.T, url, table string) (out [][]byte) {
	t.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT data FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			t.Fatal(err)
		}
		out = append(out, data)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		t.Fatal(err, len(out))
	}
	return out
}
